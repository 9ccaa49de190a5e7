package com.sportstix.service;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * The public key with which others verify tokens, as a JSON Web Key Set (RFC 7517), in the service that is given the keys. It
 * reads both at start, as what signs tokens does: keys that cannot be read, or are no pair, fail there.
 */
@RestController
@ConditionalOnProperty("JWT_PUBLIC_KEY")
class JwksController {

  private final Map<String, Object> keySet;

  JwksController(
      @Value("${JWT_PRIVATE_KEY}") String privatePem,
      @Value("${JWT_PUBLIC_KEY}") String publicPem,
      @Value("${JWT_KID}") String kid)
      throws GeneralSecurityException {
    KeyFactory rsa = KeyFactory.getInstance("RSA");
    RSAPrivateKey privateKey = (RSAPrivateKey) rsa.generatePrivate(new PKCS8EncodedKeySpec(der(privatePem)));
    RSAPublicKey publicKey = (RSAPublicKey) rsa.generatePublic(new X509EncodedKeySpec(der(publicPem)));
    if (!privateKey.getModulus().equals(publicKey.getModulus())) {
      throw new IllegalStateException("JWT_PUBLIC_KEY is not the public key of JWT_PRIVATE_KEY");
    }
    keySet =
        Map.of(
            "keys",
            List.of(
                Map.of(
                    "kty", "RSA",
                    "use", "sig",
                    "alg", "RS256",
                    "kid", kid,
                    "n", base64Url(publicKey.getModulus()),
                    "e", base64Url(publicKey.getPublicExponent()))));
  }

  @GetMapping("/.well-known/jwks.json")
  Map<String, Object> keySet() {
    return keySet;
  }

  private static byte[] der(String pem) {
    return Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
  }

  /** Without the sign's leading zero byte, which RFC 7518 (6.3.1) leaves out. */
  private static String base64Url(BigInteger value) {
    byte[] bytes = value.toByteArray();
    int from = bytes[0] == 0 ? 1 : 0;
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(Arrays.copyOfRange(bytes, from, bytes.length));
  }
}

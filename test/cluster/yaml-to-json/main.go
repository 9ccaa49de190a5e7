// Reads one YAML document from standard input as Kubernetes reads it, and prints it as JSON.
package main

import (
	"io"
	"log"
	"os"

	"sigs.k8s.io/yaml"
)

func main() {
	document, err := io.ReadAll(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	json, err := yaml.YAMLToJSONStrict(document)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := os.Stdout.Write(json); err != nil {
		log.Fatal(err)
	}
}

-- Generated from the environment; do not edit.
--
-- Makes the databases on postgres-external and their roles, for psql as the superuser postgres, whose own password is no
-- matter of it. Each database has an owner, who migrates it, and a user, who changes data and no structure.
--
-- What it made it marks by a comment. What is there without the mark is somebody else's: then it changes nothing, and
-- says what it would change; with -v take_over=yes it goes on. Databases whose tables belong to the superuser are handed
-- over to their owners, each in one transaction, and no row is touched.
--
-- Running it again changes nothing but the passwords, which it sets to the ones given. It contains none: they are psql
-- variables, read from the git-ignored file of passwords, which goes first into the same psql.
\set ON_ERROR_STOP on
\set SHOW_CONTEXT never
\if :{?take_over}
\else
\set take_over no
\endif

\if :{?postgres_external_auth_owner_password}
\else
DO 'BEGIN RAISE EXCEPTION ''postgres_external_auth_owner_password is not set: read the file with the passwords first''; END';
\endif
\if :{?postgres_external_auth_user_password}
\else
DO 'BEGIN RAISE EXCEPTION ''postgres_external_auth_user_password is not set: read the file with the passwords first''; END';
\endif
\if :{?postgres_external_game_owner_password}
\else
DO 'BEGIN RAISE EXCEPTION ''postgres_external_game_owner_password is not set: read the file with the passwords first''; END';
\endif
\if :{?postgres_external_game_user_password}
\else
DO 'BEGIN RAISE EXCEPTION ''postgres_external_game_user_password is not set: read the file with the passwords first''; END';
\endif
\if :{?postgres_external_booking_owner_password}
\else
DO 'BEGIN RAISE EXCEPTION ''postgres_external_booking_owner_password is not set: read the file with the passwords first''; END';
\endif
\if :{?postgres_external_booking_user_password}
\else
DO 'BEGIN RAISE EXCEPTION ''postgres_external_booking_user_password is not set: read the file with the passwords first''; END';
\endif
\if :{?postgres_external_payment_owner_password}
\else
DO 'BEGIN RAISE EXCEPTION ''postgres_external_payment_owner_password is not set: read the file with the passwords first''; END';
\endif
\if :{?postgres_external_payment_user_password}
\else
DO 'BEGIN RAISE EXCEPTION ''postgres_external_payment_user_password is not set: read the file with the passwords first''; END';
\endif
\if :{?postgres_external_admin_owner_password}
\else
DO 'BEGIN RAISE EXCEPTION ''postgres_external_admin_owner_password is not set: read the file with the passwords first''; END';
\endif
\if :{?postgres_external_admin_user_password}
\else
DO 'BEGIN RAISE EXCEPTION ''postgres_external_admin_user_password is not set: read the file with the passwords first''; END';
\endif

-- What is there and lacks the mark. Until all of it is known nothing is changed.
SET search_path TO '';
SET client_min_messages TO warning;
SET lock_timeout TO '30s';
SELECT coalesce(string_agg(format(E'\n  %I is the superuser: rename the role in the environment', rolname), '' ORDER BY rolname), '') AS impossible
  FROM pg_catalog.pg_roles WHERE rolname IN ('auth_owner', 'auth_user', 'game_owner', 'game_user', 'booking_owner', 'booking_user', 'payment_owner', 'payment_user', 'admin_owner', 'admin_user') AND (oid = 10 OR rolname = current_user) \gset
SELECT coalesce(string_agg(format(E'\n  role %I: gets the password of the secrets', rolname) || concat(
      CASE WHEN NOT rolcanlogin THEN ', may log in' END,
      CASE WHEN rolsuper THEN ', loses SUPERUSER' END,
      CASE WHEN rolcreatedb THEN ', loses CREATEDB' END,
      CASE WHEN rolcreaterole THEN ', loses CREATEROLE' END,
      CASE WHEN rolreplication THEN ', loses REPLICATION' END,
      CASE WHEN rolbypassrls THEN ', loses BYPASSRLS' END,
      CASE WHEN rolvaliduntil < 'infinity' THEN ', never expires' END,
      (SELECT string_agg(format(', leaves the role %I', pg_catalog.pg_get_userbyid(roleid)), '' ORDER BY roleid)
        FROM pg_catalog.pg_auth_members WHERE member = role.oid),
      ', loses its comment ' || quote_literal(pg_catalog.shobj_description(role.oid, 'pg_authid'))
    ), '' ORDER BY rolname), '') AS found_roles
  FROM pg_catalog.pg_roles AS role
  WHERE rolname IN ('auth_owner', 'auth_user', 'game_owner', 'game_user', 'booking_owner', 'booking_user', 'payment_owner', 'payment_user', 'admin_owner', 'admin_user')
    AND pg_catalog.shobj_description(role.oid, 'pg_authid') IS DISTINCT FROM 'managed by sportstix-host-access' \gset
\set found_0 ''
SELECT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = 'sportstix_auth') AS is_there \gset
\if :is_there
\connect "sportstix_auth"
SET search_path TO '';
SET client_min_messages TO warning;
SET lock_timeout TO '30s';
SELECT coalesce((
  SELECT format(E'\n  database %I: owner %s', datname, pg_catalog.pg_get_userbyid(datdba)) || concat(
      CASE WHEN pg_catalog.pg_get_userbyid(datdba) <> 'auth_owner' THEN ' -> ' || 'auth_owner' END,
      CASE WHEN datacl IS NULL OR EXISTS (SELECT FROM aclexplode(datacl) WHERE grantee = 0) THEN ', PUBLIC may no longer connect' END,
      ', loses its comment ' || quote_literal(pg_catalog.shobj_description(database.oid, 'pg_database')),
      (SELECT string_agg(E'\n    ' || counts, '' ORDER BY owner) FROM (
        SELECT owner, format('of %s, %s: %s', pg_catalog.pg_get_userbyid(owner),
            CASE WHEN owner IN (SELECT oid FROM pg_catalog.pg_roles
      WHERE (oid = 10 OR rolname IN ('postgres', 'auth_user')
        OR pg_catalog.shobj_description(oid, 'pg_authid') = 'managed by sportstix-host-access')
        AND rolname <> 'auth_owner') THEN 'to ' || 'auth_owner' ELSE 'left' END,
            string_agg(format('%s %s', number, type), ', ' ORDER BY type)) AS counts
          FROM (SELECT owner, type, count(*) AS number FROM (SELECT object.owner, identity.type, identity.identity
  FROM (
    SELECT 'pg_class'::pg_catalog.regclass::oid AS classid, oid AS objid, relowner AS owner FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
    UNION ALL
    SELECT 'pg_type'::pg_catalog.regclass::oid AS classid, oid AS objid, typowner AS owner FROM pg_catalog.pg_type
    UNION ALL
    SELECT 'pg_proc'::pg_catalog.regclass::oid AS classid, oid AS objid, proowner AS owner FROM pg_catalog.pg_proc
    UNION ALL
    SELECT 'pg_namespace'::pg_catalog.regclass::oid AS classid, oid AS objid, nspowner AS owner FROM pg_catalog.pg_namespace
    UNION ALL
    SELECT 'pg_operator'::pg_catalog.regclass::oid AS classid, oid AS objid, oprowner AS owner FROM pg_catalog.pg_operator
    UNION ALL
    SELECT 'pg_opclass'::pg_catalog.regclass::oid AS classid, oid AS objid, opcowner AS owner FROM pg_catalog.pg_opclass
    UNION ALL
    SELECT 'pg_opfamily'::pg_catalog.regclass::oid AS classid, oid AS objid, opfowner AS owner FROM pg_catalog.pg_opfamily
    UNION ALL
    SELECT 'pg_collation'::pg_catalog.regclass::oid AS classid, oid AS objid, collowner AS owner FROM pg_catalog.pg_collation
    UNION ALL
    SELECT 'pg_conversion'::pg_catalog.regclass::oid AS classid, oid AS objid, conowner AS owner FROM pg_catalog.pg_conversion
    UNION ALL
    SELECT 'pg_ts_config'::pg_catalog.regclass::oid AS classid, oid AS objid, cfgowner AS owner FROM pg_catalog.pg_ts_config
    UNION ALL
    SELECT 'pg_ts_dict'::pg_catalog.regclass::oid AS classid, oid AS objid, dictowner AS owner FROM pg_catalog.pg_ts_dict
    UNION ALL
    SELECT 'pg_statistic_ext'::pg_catalog.regclass::oid AS classid, oid AS objid, stxowner AS owner FROM pg_catalog.pg_statistic_ext
  ) AS object,
  LATERAL pg_catalog.pg_identify_object(object.classid, object.objid, 0) AS identity
  WHERE (object.objid >= 16384 OR (identity.type = 'schema' AND identity.identity = 'public'))
    AND (object.owner >= 16384 OR object.owner = 10)
    AND coalesce(identity.schema, identity.name) !~ '^pg_'
    AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend AS dependency
      WHERE dependency.classid = object.classid AND dependency.objid = object.objid AND dependency.objsubid = 0
        AND (dependency.deptype IN ('e', 'i') OR (dependency.deptype = 'a' AND identity.type = 'sequence')))) AS object
            WHERE pg_catalog.pg_get_userbyid(owner) <> 'auth_owner' GROUP BY owner, type) AS counted
          GROUP BY owner) AS owners))
  FROM pg_catalog.pg_database AS database
  WHERE datname = 'sportstix_auth' AND (pg_catalog.shobj_description(database.oid, 'pg_database') IS DISTINCT FROM 'managed by sportstix-host-access'
    OR (pg_catalog.pg_get_userbyid(datdba) <> 'auth_owner' AND datdba NOT IN (SELECT oid FROM pg_catalog.pg_roles
      WHERE (oid = 10 OR rolname IN ('postgres', 'auth_user')
        OR pg_catalog.shobj_description(oid, 'pg_authid') = 'managed by sportstix-host-access')
        AND rolname <> 'auth_owner')))
  ), '') AS found_0 \gset
\connect postgres
SET search_path TO '';
SET client_min_messages TO warning;
SET lock_timeout TO '30s';
\endif
\set found_1 ''
SELECT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = 'sportstix_game') AS is_there \gset
\if :is_there
\connect "sportstix_game"
SET search_path TO '';
SET client_min_messages TO warning;
SET lock_timeout TO '30s';
SELECT coalesce((
  SELECT format(E'\n  database %I: owner %s', datname, pg_catalog.pg_get_userbyid(datdba)) || concat(
      CASE WHEN pg_catalog.pg_get_userbyid(datdba) <> 'game_owner' THEN ' -> ' || 'game_owner' END,
      CASE WHEN datacl IS NULL OR EXISTS (SELECT FROM aclexplode(datacl) WHERE grantee = 0) THEN ', PUBLIC may no longer connect' END,
      ', loses its comment ' || quote_literal(pg_catalog.shobj_description(database.oid, 'pg_database')),
      (SELECT string_agg(E'\n    ' || counts, '' ORDER BY owner) FROM (
        SELECT owner, format('of %s, %s: %s', pg_catalog.pg_get_userbyid(owner),
            CASE WHEN owner IN (SELECT oid FROM pg_catalog.pg_roles
      WHERE (oid = 10 OR rolname IN ('postgres', 'game_user')
        OR pg_catalog.shobj_description(oid, 'pg_authid') = 'managed by sportstix-host-access')
        AND rolname <> 'game_owner') THEN 'to ' || 'game_owner' ELSE 'left' END,
            string_agg(format('%s %s', number, type), ', ' ORDER BY type)) AS counts
          FROM (SELECT owner, type, count(*) AS number FROM (SELECT object.owner, identity.type, identity.identity
  FROM (
    SELECT 'pg_class'::pg_catalog.regclass::oid AS classid, oid AS objid, relowner AS owner FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
    UNION ALL
    SELECT 'pg_type'::pg_catalog.regclass::oid AS classid, oid AS objid, typowner AS owner FROM pg_catalog.pg_type
    UNION ALL
    SELECT 'pg_proc'::pg_catalog.regclass::oid AS classid, oid AS objid, proowner AS owner FROM pg_catalog.pg_proc
    UNION ALL
    SELECT 'pg_namespace'::pg_catalog.regclass::oid AS classid, oid AS objid, nspowner AS owner FROM pg_catalog.pg_namespace
    UNION ALL
    SELECT 'pg_operator'::pg_catalog.regclass::oid AS classid, oid AS objid, oprowner AS owner FROM pg_catalog.pg_operator
    UNION ALL
    SELECT 'pg_opclass'::pg_catalog.regclass::oid AS classid, oid AS objid, opcowner AS owner FROM pg_catalog.pg_opclass
    UNION ALL
    SELECT 'pg_opfamily'::pg_catalog.regclass::oid AS classid, oid AS objid, opfowner AS owner FROM pg_catalog.pg_opfamily
    UNION ALL
    SELECT 'pg_collation'::pg_catalog.regclass::oid AS classid, oid AS objid, collowner AS owner FROM pg_catalog.pg_collation
    UNION ALL
    SELECT 'pg_conversion'::pg_catalog.regclass::oid AS classid, oid AS objid, conowner AS owner FROM pg_catalog.pg_conversion
    UNION ALL
    SELECT 'pg_ts_config'::pg_catalog.regclass::oid AS classid, oid AS objid, cfgowner AS owner FROM pg_catalog.pg_ts_config
    UNION ALL
    SELECT 'pg_ts_dict'::pg_catalog.regclass::oid AS classid, oid AS objid, dictowner AS owner FROM pg_catalog.pg_ts_dict
    UNION ALL
    SELECT 'pg_statistic_ext'::pg_catalog.regclass::oid AS classid, oid AS objid, stxowner AS owner FROM pg_catalog.pg_statistic_ext
  ) AS object,
  LATERAL pg_catalog.pg_identify_object(object.classid, object.objid, 0) AS identity
  WHERE (object.objid >= 16384 OR (identity.type = 'schema' AND identity.identity = 'public'))
    AND (object.owner >= 16384 OR object.owner = 10)
    AND coalesce(identity.schema, identity.name) !~ '^pg_'
    AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend AS dependency
      WHERE dependency.classid = object.classid AND dependency.objid = object.objid AND dependency.objsubid = 0
        AND (dependency.deptype IN ('e', 'i') OR (dependency.deptype = 'a' AND identity.type = 'sequence')))) AS object
            WHERE pg_catalog.pg_get_userbyid(owner) <> 'game_owner' GROUP BY owner, type) AS counted
          GROUP BY owner) AS owners))
  FROM pg_catalog.pg_database AS database
  WHERE datname = 'sportstix_game' AND (pg_catalog.shobj_description(database.oid, 'pg_database') IS DISTINCT FROM 'managed by sportstix-host-access'
    OR (pg_catalog.pg_get_userbyid(datdba) <> 'game_owner' AND datdba NOT IN (SELECT oid FROM pg_catalog.pg_roles
      WHERE (oid = 10 OR rolname IN ('postgres', 'game_user')
        OR pg_catalog.shobj_description(oid, 'pg_authid') = 'managed by sportstix-host-access')
        AND rolname <> 'game_owner')))
  ), '') AS found_1 \gset
\connect postgres
SET search_path TO '';
SET client_min_messages TO warning;
SET lock_timeout TO '30s';
\endif
\set found_2 ''
SELECT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = 'sportstix_booking') AS is_there \gset
\if :is_there
\connect "sportstix_booking"
SET search_path TO '';
SET client_min_messages TO warning;
SET lock_timeout TO '30s';
SELECT coalesce((
  SELECT format(E'\n  database %I: owner %s', datname, pg_catalog.pg_get_userbyid(datdba)) || concat(
      CASE WHEN pg_catalog.pg_get_userbyid(datdba) <> 'booking_owner' THEN ' -> ' || 'booking_owner' END,
      CASE WHEN datacl IS NULL OR EXISTS (SELECT FROM aclexplode(datacl) WHERE grantee = 0) THEN ', PUBLIC may no longer connect' END,
      ', loses its comment ' || quote_literal(pg_catalog.shobj_description(database.oid, 'pg_database')),
      (SELECT string_agg(E'\n    ' || counts, '' ORDER BY owner) FROM (
        SELECT owner, format('of %s, %s: %s', pg_catalog.pg_get_userbyid(owner),
            CASE WHEN owner IN (SELECT oid FROM pg_catalog.pg_roles
      WHERE (oid = 10 OR rolname IN ('postgres', 'booking_user')
        OR pg_catalog.shobj_description(oid, 'pg_authid') = 'managed by sportstix-host-access')
        AND rolname <> 'booking_owner') THEN 'to ' || 'booking_owner' ELSE 'left' END,
            string_agg(format('%s %s', number, type), ', ' ORDER BY type)) AS counts
          FROM (SELECT owner, type, count(*) AS number FROM (SELECT object.owner, identity.type, identity.identity
  FROM (
    SELECT 'pg_class'::pg_catalog.regclass::oid AS classid, oid AS objid, relowner AS owner FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
    UNION ALL
    SELECT 'pg_type'::pg_catalog.regclass::oid AS classid, oid AS objid, typowner AS owner FROM pg_catalog.pg_type
    UNION ALL
    SELECT 'pg_proc'::pg_catalog.regclass::oid AS classid, oid AS objid, proowner AS owner FROM pg_catalog.pg_proc
    UNION ALL
    SELECT 'pg_namespace'::pg_catalog.regclass::oid AS classid, oid AS objid, nspowner AS owner FROM pg_catalog.pg_namespace
    UNION ALL
    SELECT 'pg_operator'::pg_catalog.regclass::oid AS classid, oid AS objid, oprowner AS owner FROM pg_catalog.pg_operator
    UNION ALL
    SELECT 'pg_opclass'::pg_catalog.regclass::oid AS classid, oid AS objid, opcowner AS owner FROM pg_catalog.pg_opclass
    UNION ALL
    SELECT 'pg_opfamily'::pg_catalog.regclass::oid AS classid, oid AS objid, opfowner AS owner FROM pg_catalog.pg_opfamily
    UNION ALL
    SELECT 'pg_collation'::pg_catalog.regclass::oid AS classid, oid AS objid, collowner AS owner FROM pg_catalog.pg_collation
    UNION ALL
    SELECT 'pg_conversion'::pg_catalog.regclass::oid AS classid, oid AS objid, conowner AS owner FROM pg_catalog.pg_conversion
    UNION ALL
    SELECT 'pg_ts_config'::pg_catalog.regclass::oid AS classid, oid AS objid, cfgowner AS owner FROM pg_catalog.pg_ts_config
    UNION ALL
    SELECT 'pg_ts_dict'::pg_catalog.regclass::oid AS classid, oid AS objid, dictowner AS owner FROM pg_catalog.pg_ts_dict
    UNION ALL
    SELECT 'pg_statistic_ext'::pg_catalog.regclass::oid AS classid, oid AS objid, stxowner AS owner FROM pg_catalog.pg_statistic_ext
  ) AS object,
  LATERAL pg_catalog.pg_identify_object(object.classid, object.objid, 0) AS identity
  WHERE (object.objid >= 16384 OR (identity.type = 'schema' AND identity.identity = 'public'))
    AND (object.owner >= 16384 OR object.owner = 10)
    AND coalesce(identity.schema, identity.name) !~ '^pg_'
    AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend AS dependency
      WHERE dependency.classid = object.classid AND dependency.objid = object.objid AND dependency.objsubid = 0
        AND (dependency.deptype IN ('e', 'i') OR (dependency.deptype = 'a' AND identity.type = 'sequence')))) AS object
            WHERE pg_catalog.pg_get_userbyid(owner) <> 'booking_owner' GROUP BY owner, type) AS counted
          GROUP BY owner) AS owners))
  FROM pg_catalog.pg_database AS database
  WHERE datname = 'sportstix_booking' AND (pg_catalog.shobj_description(database.oid, 'pg_database') IS DISTINCT FROM 'managed by sportstix-host-access'
    OR (pg_catalog.pg_get_userbyid(datdba) <> 'booking_owner' AND datdba NOT IN (SELECT oid FROM pg_catalog.pg_roles
      WHERE (oid = 10 OR rolname IN ('postgres', 'booking_user')
        OR pg_catalog.shobj_description(oid, 'pg_authid') = 'managed by sportstix-host-access')
        AND rolname <> 'booking_owner')))
  ), '') AS found_2 \gset
\connect postgres
SET search_path TO '';
SET client_min_messages TO warning;
SET lock_timeout TO '30s';
\endif
\set found_3 ''
SELECT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = 'sportstix_payment') AS is_there \gset
\if :is_there
\connect "sportstix_payment"
SET search_path TO '';
SET client_min_messages TO warning;
SET lock_timeout TO '30s';
SELECT coalesce((
  SELECT format(E'\n  database %I: owner %s', datname, pg_catalog.pg_get_userbyid(datdba)) || concat(
      CASE WHEN pg_catalog.pg_get_userbyid(datdba) <> 'payment_owner' THEN ' -> ' || 'payment_owner' END,
      CASE WHEN datacl IS NULL OR EXISTS (SELECT FROM aclexplode(datacl) WHERE grantee = 0) THEN ', PUBLIC may no longer connect' END,
      ', loses its comment ' || quote_literal(pg_catalog.shobj_description(database.oid, 'pg_database')),
      (SELECT string_agg(E'\n    ' || counts, '' ORDER BY owner) FROM (
        SELECT owner, format('of %s, %s: %s', pg_catalog.pg_get_userbyid(owner),
            CASE WHEN owner IN (SELECT oid FROM pg_catalog.pg_roles
      WHERE (oid = 10 OR rolname IN ('postgres', 'payment_user')
        OR pg_catalog.shobj_description(oid, 'pg_authid') = 'managed by sportstix-host-access')
        AND rolname <> 'payment_owner') THEN 'to ' || 'payment_owner' ELSE 'left' END,
            string_agg(format('%s %s', number, type), ', ' ORDER BY type)) AS counts
          FROM (SELECT owner, type, count(*) AS number FROM (SELECT object.owner, identity.type, identity.identity
  FROM (
    SELECT 'pg_class'::pg_catalog.regclass::oid AS classid, oid AS objid, relowner AS owner FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
    UNION ALL
    SELECT 'pg_type'::pg_catalog.regclass::oid AS classid, oid AS objid, typowner AS owner FROM pg_catalog.pg_type
    UNION ALL
    SELECT 'pg_proc'::pg_catalog.regclass::oid AS classid, oid AS objid, proowner AS owner FROM pg_catalog.pg_proc
    UNION ALL
    SELECT 'pg_namespace'::pg_catalog.regclass::oid AS classid, oid AS objid, nspowner AS owner FROM pg_catalog.pg_namespace
    UNION ALL
    SELECT 'pg_operator'::pg_catalog.regclass::oid AS classid, oid AS objid, oprowner AS owner FROM pg_catalog.pg_operator
    UNION ALL
    SELECT 'pg_opclass'::pg_catalog.regclass::oid AS classid, oid AS objid, opcowner AS owner FROM pg_catalog.pg_opclass
    UNION ALL
    SELECT 'pg_opfamily'::pg_catalog.regclass::oid AS classid, oid AS objid, opfowner AS owner FROM pg_catalog.pg_opfamily
    UNION ALL
    SELECT 'pg_collation'::pg_catalog.regclass::oid AS classid, oid AS objid, collowner AS owner FROM pg_catalog.pg_collation
    UNION ALL
    SELECT 'pg_conversion'::pg_catalog.regclass::oid AS classid, oid AS objid, conowner AS owner FROM pg_catalog.pg_conversion
    UNION ALL
    SELECT 'pg_ts_config'::pg_catalog.regclass::oid AS classid, oid AS objid, cfgowner AS owner FROM pg_catalog.pg_ts_config
    UNION ALL
    SELECT 'pg_ts_dict'::pg_catalog.regclass::oid AS classid, oid AS objid, dictowner AS owner FROM pg_catalog.pg_ts_dict
    UNION ALL
    SELECT 'pg_statistic_ext'::pg_catalog.regclass::oid AS classid, oid AS objid, stxowner AS owner FROM pg_catalog.pg_statistic_ext
  ) AS object,
  LATERAL pg_catalog.pg_identify_object(object.classid, object.objid, 0) AS identity
  WHERE (object.objid >= 16384 OR (identity.type = 'schema' AND identity.identity = 'public'))
    AND (object.owner >= 16384 OR object.owner = 10)
    AND coalesce(identity.schema, identity.name) !~ '^pg_'
    AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend AS dependency
      WHERE dependency.classid = object.classid AND dependency.objid = object.objid AND dependency.objsubid = 0
        AND (dependency.deptype IN ('e', 'i') OR (dependency.deptype = 'a' AND identity.type = 'sequence')))) AS object
            WHERE pg_catalog.pg_get_userbyid(owner) <> 'payment_owner' GROUP BY owner, type) AS counted
          GROUP BY owner) AS owners))
  FROM pg_catalog.pg_database AS database
  WHERE datname = 'sportstix_payment' AND (pg_catalog.shobj_description(database.oid, 'pg_database') IS DISTINCT FROM 'managed by sportstix-host-access'
    OR (pg_catalog.pg_get_userbyid(datdba) <> 'payment_owner' AND datdba NOT IN (SELECT oid FROM pg_catalog.pg_roles
      WHERE (oid = 10 OR rolname IN ('postgres', 'payment_user')
        OR pg_catalog.shobj_description(oid, 'pg_authid') = 'managed by sportstix-host-access')
        AND rolname <> 'payment_owner')))
  ), '') AS found_3 \gset
\connect postgres
SET search_path TO '';
SET client_min_messages TO warning;
SET lock_timeout TO '30s';
\endif
\set found_4 ''
SELECT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = 'sportstix_admin') AS is_there \gset
\if :is_there
\connect "sportstix_admin"
SET search_path TO '';
SET client_min_messages TO warning;
SET lock_timeout TO '30s';
SELECT coalesce((
  SELECT format(E'\n  database %I: owner %s', datname, pg_catalog.pg_get_userbyid(datdba)) || concat(
      CASE WHEN pg_catalog.pg_get_userbyid(datdba) <> 'admin_owner' THEN ' -> ' || 'admin_owner' END,
      CASE WHEN datacl IS NULL OR EXISTS (SELECT FROM aclexplode(datacl) WHERE grantee = 0) THEN ', PUBLIC may no longer connect' END,
      ', loses its comment ' || quote_literal(pg_catalog.shobj_description(database.oid, 'pg_database')),
      (SELECT string_agg(E'\n    ' || counts, '' ORDER BY owner) FROM (
        SELECT owner, format('of %s, %s: %s', pg_catalog.pg_get_userbyid(owner),
            CASE WHEN owner IN (SELECT oid FROM pg_catalog.pg_roles
      WHERE (oid = 10 OR rolname IN ('postgres', 'admin_user')
        OR pg_catalog.shobj_description(oid, 'pg_authid') = 'managed by sportstix-host-access')
        AND rolname <> 'admin_owner') THEN 'to ' || 'admin_owner' ELSE 'left' END,
            string_agg(format('%s %s', number, type), ', ' ORDER BY type)) AS counts
          FROM (SELECT owner, type, count(*) AS number FROM (SELECT object.owner, identity.type, identity.identity
  FROM (
    SELECT 'pg_class'::pg_catalog.regclass::oid AS classid, oid AS objid, relowner AS owner FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
    UNION ALL
    SELECT 'pg_type'::pg_catalog.regclass::oid AS classid, oid AS objid, typowner AS owner FROM pg_catalog.pg_type
    UNION ALL
    SELECT 'pg_proc'::pg_catalog.regclass::oid AS classid, oid AS objid, proowner AS owner FROM pg_catalog.pg_proc
    UNION ALL
    SELECT 'pg_namespace'::pg_catalog.regclass::oid AS classid, oid AS objid, nspowner AS owner FROM pg_catalog.pg_namespace
    UNION ALL
    SELECT 'pg_operator'::pg_catalog.regclass::oid AS classid, oid AS objid, oprowner AS owner FROM pg_catalog.pg_operator
    UNION ALL
    SELECT 'pg_opclass'::pg_catalog.regclass::oid AS classid, oid AS objid, opcowner AS owner FROM pg_catalog.pg_opclass
    UNION ALL
    SELECT 'pg_opfamily'::pg_catalog.regclass::oid AS classid, oid AS objid, opfowner AS owner FROM pg_catalog.pg_opfamily
    UNION ALL
    SELECT 'pg_collation'::pg_catalog.regclass::oid AS classid, oid AS objid, collowner AS owner FROM pg_catalog.pg_collation
    UNION ALL
    SELECT 'pg_conversion'::pg_catalog.regclass::oid AS classid, oid AS objid, conowner AS owner FROM pg_catalog.pg_conversion
    UNION ALL
    SELECT 'pg_ts_config'::pg_catalog.regclass::oid AS classid, oid AS objid, cfgowner AS owner FROM pg_catalog.pg_ts_config
    UNION ALL
    SELECT 'pg_ts_dict'::pg_catalog.regclass::oid AS classid, oid AS objid, dictowner AS owner FROM pg_catalog.pg_ts_dict
    UNION ALL
    SELECT 'pg_statistic_ext'::pg_catalog.regclass::oid AS classid, oid AS objid, stxowner AS owner FROM pg_catalog.pg_statistic_ext
  ) AS object,
  LATERAL pg_catalog.pg_identify_object(object.classid, object.objid, 0) AS identity
  WHERE (object.objid >= 16384 OR (identity.type = 'schema' AND identity.identity = 'public'))
    AND (object.owner >= 16384 OR object.owner = 10)
    AND coalesce(identity.schema, identity.name) !~ '^pg_'
    AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend AS dependency
      WHERE dependency.classid = object.classid AND dependency.objid = object.objid AND dependency.objsubid = 0
        AND (dependency.deptype IN ('e', 'i') OR (dependency.deptype = 'a' AND identity.type = 'sequence')))) AS object
            WHERE pg_catalog.pg_get_userbyid(owner) <> 'admin_owner' GROUP BY owner, type) AS counted
          GROUP BY owner) AS owners))
  FROM pg_catalog.pg_database AS database
  WHERE datname = 'sportstix_admin' AND (pg_catalog.shobj_description(database.oid, 'pg_database') IS DISTINCT FROM 'managed by sportstix-host-access'
    OR (pg_catalog.pg_get_userbyid(datdba) <> 'admin_owner' AND datdba NOT IN (SELECT oid FROM pg_catalog.pg_roles
      WHERE (oid = 10 OR rolname IN ('postgres', 'admin_user')
        OR pg_catalog.shobj_description(oid, 'pg_authid') = 'managed by sportstix-host-access')
        AND rolname <> 'admin_owner')))
  ), '') AS found_4 \gset
\connect postgres
SET search_path TO '';
SET client_min_messages TO warning;
SET lock_timeout TO '30s';
\endif
SELECT concat(:'found_roles', :'found_0', :'found_1', :'found_2', :'found_3', :'found_4') AS found,
  concat(:'found_roles', :'found_0', :'found_1', :'found_2', :'found_3', :'found_4') <> '' AS is_found,
  :'impossible' <> '' AS is_impossible \gset
\if :is_impossible
SELECT concat('postgres-external: this cannot be:', :'impossible', E'\nNothing was changed.') AS impossible \gset
SELECT pg_catalog.set_config('host_access.text', :'impossible', false) AS "impossible" \gset
DO $do$ BEGIN RAISE EXCEPTION '%', pg_catalog.current_setting('host_access.text'); END $do$;
\endif
\if :is_found
\if :take_over
\echo 'postgres-external: taken over, with these changes:' :found
\else
SELECT concat('postgres-external: there is something that ', 'sportstix-host-access', ' did not make (it lacks the comment "', 'managed by sportstix-host-access', '"). Taken over, it changes so:',
  :'found', E'\nNothing was changed. Rename yours or these, or, if all of this is meant, run:\n  ', 'cat .secrets/local.psql dist/local/host/postgres-external.sql | sudo -u postgres psql -X -q -v take_over=yes -p 5432 -d postgres') AS refusal \gset
SELECT pg_catalog.set_config('host_access.text', :'refusal', false) AS "refusal" \gset
DO $do$ BEGIN RAISE EXCEPTION '%', pg_catalog.current_setting('host_access.text'); END $do$;
\endif
\endif

-- Keeps the statements that hold a password out of the server's log.
SET log_statement TO 'none';
SET log_min_duration_statement TO -1;
SET log_min_error_statement TO 'panic';
SET password_encryption TO 'scram-sha-256';

-- Roles: they log in, and no more.
BEGIN;
SELECT 'CREATE ROLE "auth_owner"'
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'auth_owner') \gexec
ALTER ROLE "auth_owner" WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS VALID UNTIL 'infinity'
  PASSWORD :'postgres_external_auth_owner_password';
COMMENT ON ROLE "auth_owner" IS 'managed by sportstix-host-access';
SELECT 'CREATE ROLE "auth_user"'
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'auth_user') \gexec
ALTER ROLE "auth_user" WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS VALID UNTIL 'infinity'
  PASSWORD :'postgres_external_auth_user_password';
COMMENT ON ROLE "auth_user" IS 'managed by sportstix-host-access';
SELECT 'CREATE ROLE "game_owner"'
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'game_owner') \gexec
ALTER ROLE "game_owner" WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS VALID UNTIL 'infinity'
  PASSWORD :'postgres_external_game_owner_password';
COMMENT ON ROLE "game_owner" IS 'managed by sportstix-host-access';
SELECT 'CREATE ROLE "game_user"'
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'game_user') \gexec
ALTER ROLE "game_user" WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS VALID UNTIL 'infinity'
  PASSWORD :'postgres_external_game_user_password';
COMMENT ON ROLE "game_user" IS 'managed by sportstix-host-access';
SELECT 'CREATE ROLE "booking_owner"'
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'booking_owner') \gexec
ALTER ROLE "booking_owner" WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS VALID UNTIL 'infinity'
  PASSWORD :'postgres_external_booking_owner_password';
COMMENT ON ROLE "booking_owner" IS 'managed by sportstix-host-access';
SELECT 'CREATE ROLE "booking_user"'
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'booking_user') \gexec
ALTER ROLE "booking_user" WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS VALID UNTIL 'infinity'
  PASSWORD :'postgres_external_booking_user_password';
COMMENT ON ROLE "booking_user" IS 'managed by sportstix-host-access';
SELECT 'CREATE ROLE "payment_owner"'
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'payment_owner') \gexec
ALTER ROLE "payment_owner" WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS VALID UNTIL 'infinity'
  PASSWORD :'postgres_external_payment_owner_password';
COMMENT ON ROLE "payment_owner" IS 'managed by sportstix-host-access';
SELECT 'CREATE ROLE "payment_user"'
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'payment_user') \gexec
ALTER ROLE "payment_user" WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS VALID UNTIL 'infinity'
  PASSWORD :'postgres_external_payment_user_password';
COMMENT ON ROLE "payment_user" IS 'managed by sportstix-host-access';
SELECT 'CREATE ROLE "admin_owner"'
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'admin_owner') \gexec
ALTER ROLE "admin_owner" WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS VALID UNTIL 'infinity'
  PASSWORD :'postgres_external_admin_owner_password';
COMMENT ON ROLE "admin_owner" IS 'managed by sportstix-host-access';
SELECT 'CREATE ROLE "admin_user"'
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'admin_user') \gexec
ALTER ROLE "admin_user" WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS VALID UNTIL 'infinity'
  PASSWORD :'postgres_external_admin_user_password';
COMMENT ON ROLE "admin_user" IS 'managed by sportstix-host-access';
SELECT format('REVOKE %I FROM %I', pg_catalog.pg_get_userbyid(roleid), pg_catalog.pg_get_userbyid(member))
    || coalesce((SELECT format(' GRANTED BY %I', rolname) FROM pg_catalog.pg_roles WHERE oid = grantor), '')
  FROM pg_catalog.pg_auth_members WHERE pg_catalog.pg_get_userbyid(member) IN ('auth_owner', 'auth_user', 'game_owner', 'game_user', 'booking_owner', 'booking_user', 'payment_owner', 'payment_user', 'admin_owner', 'admin_user') \gexec
COMMIT;
SELECT 'CREATE DATABASE "sportstix_auth" OWNER "auth_owner" ENCODING ''UTF8'' TEMPLATE template0',
    'COMMENT ON DATABASE "sportstix_auth" IS ''managed by sportstix-host-access'''
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = 'sportstix_auth') \gexec
SELECT 'CREATE DATABASE "sportstix_game" OWNER "game_owner" ENCODING ''UTF8'' TEMPLATE template0',
    'COMMENT ON DATABASE "sportstix_game" IS ''managed by sportstix-host-access'''
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = 'sportstix_game') \gexec
SELECT 'CREATE DATABASE "sportstix_booking" OWNER "booking_owner" ENCODING ''UTF8'' TEMPLATE template0',
    'COMMENT ON DATABASE "sportstix_booking" IS ''managed by sportstix-host-access'''
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = 'sportstix_booking') \gexec
SELECT 'CREATE DATABASE "sportstix_payment" OWNER "payment_owner" ENCODING ''UTF8'' TEMPLATE template0',
    'COMMENT ON DATABASE "sportstix_payment" IS ''managed by sportstix-host-access'''
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = 'sportstix_payment') \gexec
SELECT 'CREATE DATABASE "sportstix_admin" OWNER "admin_owner" ENCODING ''UTF8'' TEMPLATE template0',
    'COMMENT ON DATABASE "sportstix_admin" IS ''managed by sportstix-host-access'''
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = 'sportstix_admin') \gexec

-- Inside each database: all of it is its owner's; its user has the data, also of what later migrations create.
\connect "sportstix_auth"
SET search_path TO '';
SET client_min_messages TO warning;
SET lock_timeout TO '30s';
BEGIN;
ALTER DATABASE "sportstix_auth" OWNER TO "auth_owner";
COMMENT ON DATABASE "sportstix_auth" IS 'managed by sportstix-host-access';
REVOKE ALL ON DATABASE "sportstix_auth" FROM PUBLIC, "auth_user";
GRANT CONNECT ON DATABASE "sportstix_auth" TO "auth_user";
DO $do$
DECLARE
  item record;
BEGIN
  FOR item IN SELECT * FROM (SELECT object.owner, identity.type, identity.identity
  FROM (
    SELECT 'pg_class'::pg_catalog.regclass::oid AS classid, oid AS objid, relowner AS owner FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
    UNION ALL
    SELECT 'pg_type'::pg_catalog.regclass::oid AS classid, oid AS objid, typowner AS owner FROM pg_catalog.pg_type
    UNION ALL
    SELECT 'pg_proc'::pg_catalog.regclass::oid AS classid, oid AS objid, proowner AS owner FROM pg_catalog.pg_proc
    UNION ALL
    SELECT 'pg_namespace'::pg_catalog.regclass::oid AS classid, oid AS objid, nspowner AS owner FROM pg_catalog.pg_namespace
    UNION ALL
    SELECT 'pg_operator'::pg_catalog.regclass::oid AS classid, oid AS objid, oprowner AS owner FROM pg_catalog.pg_operator
    UNION ALL
    SELECT 'pg_opclass'::pg_catalog.regclass::oid AS classid, oid AS objid, opcowner AS owner FROM pg_catalog.pg_opclass
    UNION ALL
    SELECT 'pg_opfamily'::pg_catalog.regclass::oid AS classid, oid AS objid, opfowner AS owner FROM pg_catalog.pg_opfamily
    UNION ALL
    SELECT 'pg_collation'::pg_catalog.regclass::oid AS classid, oid AS objid, collowner AS owner FROM pg_catalog.pg_collation
    UNION ALL
    SELECT 'pg_conversion'::pg_catalog.regclass::oid AS classid, oid AS objid, conowner AS owner FROM pg_catalog.pg_conversion
    UNION ALL
    SELECT 'pg_ts_config'::pg_catalog.regclass::oid AS classid, oid AS objid, cfgowner AS owner FROM pg_catalog.pg_ts_config
    UNION ALL
    SELECT 'pg_ts_dict'::pg_catalog.regclass::oid AS classid, oid AS objid, dictowner AS owner FROM pg_catalog.pg_ts_dict
    UNION ALL
    SELECT 'pg_statistic_ext'::pg_catalog.regclass::oid AS classid, oid AS objid, stxowner AS owner FROM pg_catalog.pg_statistic_ext
  ) AS object,
  LATERAL pg_catalog.pg_identify_object(object.classid, object.objid, 0) AS identity
  WHERE (object.objid >= 16384 OR (identity.type = 'schema' AND identity.identity = 'public'))
    AND (object.owner >= 16384 OR object.owner = 10)
    AND coalesce(identity.schema, identity.name) !~ '^pg_'
    AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend AS dependency
      WHERE dependency.classid = object.classid AND dependency.objid = object.objid AND dependency.objsubid = 0
        AND (dependency.deptype IN ('e', 'i') OR (dependency.deptype = 'a' AND identity.type = 'sequence')))) AS owned WHERE owner IN (SELECT oid FROM pg_catalog.pg_roles
      WHERE (oid = 10 OR rolname IN ('postgres', 'auth_user')
        OR pg_catalog.shobj_description(oid, 'pg_authid') = 'managed by sportstix-host-access')
        AND rolname <> 'auth_owner') ORDER BY type, identity LOOP
    EXECUTE format('ALTER %s %s OWNER TO %I', CASE
        WHEN item.type IN ('function', 'procedure', 'aggregate') THEN 'ROUTINE'
        WHEN item.type = 'statistics object' THEN 'STATISTICS'
        ELSE upper(item.type) END, item.identity, 'auth_owner');
  END LOOP;
  -- What later migrations create, the owner creates; so what the user got of the superuser's is of no use any more.
  FOR item IN
    SELECT DISTINCT pg_catalog.pg_get_userbyid(defaclrole) AS role, nspname AS schema, defaclobjtype AS type
    FROM pg_catalog.pg_default_acl LEFT JOIN pg_catalog.pg_namespace ON pg_namespace.oid = defaclnamespace,
      LATERAL pg_catalog.aclexplode(defaclacl) AS privilege
    WHERE pg_catalog.pg_get_userbyid(privilege.grantee) = 'auth_user' AND defaclrole IN (SELECT oid FROM pg_catalog.pg_roles
      WHERE (oid = 10 OR rolname IN ('postgres', 'auth_user')
        OR pg_catalog.shobj_description(oid, 'pg_authid') = 'managed by sportstix-host-access')
        AND rolname <> 'auth_owner') ORDER BY 1, 2, 3
  LOOP
    EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I %s REVOKE ALL ON %s FROM %I', item.role,
      coalesce(format('IN SCHEMA %I', item.schema), ''),
      CASE item.type WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'ROUTINES' WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' END,
      'auth_user');
  END LOOP;
  FOR item IN
    SELECT format('%I.%I', nspname, relname) AS name, relkind = 'S' AS is_sequence
    FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = 'public' AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND pg_catalog.pg_get_userbyid(relowner) = 'auth_owner'
    ORDER BY 1
  LOOP
    EXECUTE format('REVOKE ALL ON %s %s FROM %I', CASE WHEN item.is_sequence THEN 'SEQUENCE' ELSE 'TABLE' END, item.name, 'auth_user');
    EXECUTE format('GRANT %s %s TO %I',
      CASE WHEN item.is_sequence THEN 'USAGE, SELECT ON SEQUENCE' ELSE 'SELECT, INSERT, UPDATE, DELETE ON TABLE' END, item.name, 'auth_user');
  END LOOP;
  FOR item IN SELECT * FROM (SELECT object.owner, identity.type, identity.identity
  FROM (
    SELECT 'pg_class'::pg_catalog.regclass::oid AS classid, oid AS objid, relowner AS owner FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
    UNION ALL
    SELECT 'pg_type'::pg_catalog.regclass::oid AS classid, oid AS objid, typowner AS owner FROM pg_catalog.pg_type
    UNION ALL
    SELECT 'pg_proc'::pg_catalog.regclass::oid AS classid, oid AS objid, proowner AS owner FROM pg_catalog.pg_proc
    UNION ALL
    SELECT 'pg_namespace'::pg_catalog.regclass::oid AS classid, oid AS objid, nspowner AS owner FROM pg_catalog.pg_namespace
    UNION ALL
    SELECT 'pg_operator'::pg_catalog.regclass::oid AS classid, oid AS objid, oprowner AS owner FROM pg_catalog.pg_operator
    UNION ALL
    SELECT 'pg_opclass'::pg_catalog.regclass::oid AS classid, oid AS objid, opcowner AS owner FROM pg_catalog.pg_opclass
    UNION ALL
    SELECT 'pg_opfamily'::pg_catalog.regclass::oid AS classid, oid AS objid, opfowner AS owner FROM pg_catalog.pg_opfamily
    UNION ALL
    SELECT 'pg_collation'::pg_catalog.regclass::oid AS classid, oid AS objid, collowner AS owner FROM pg_catalog.pg_collation
    UNION ALL
    SELECT 'pg_conversion'::pg_catalog.regclass::oid AS classid, oid AS objid, conowner AS owner FROM pg_catalog.pg_conversion
    UNION ALL
    SELECT 'pg_ts_config'::pg_catalog.regclass::oid AS classid, oid AS objid, cfgowner AS owner FROM pg_catalog.pg_ts_config
    UNION ALL
    SELECT 'pg_ts_dict'::pg_catalog.regclass::oid AS classid, oid AS objid, dictowner AS owner FROM pg_catalog.pg_ts_dict
    UNION ALL
    SELECT 'pg_statistic_ext'::pg_catalog.regclass::oid AS classid, oid AS objid, stxowner AS owner FROM pg_catalog.pg_statistic_ext
  ) AS object,
  LATERAL pg_catalog.pg_identify_object(object.classid, object.objid, 0) AS identity
  WHERE (object.objid >= 16384 OR (identity.type = 'schema' AND identity.identity = 'public'))
    AND (object.owner >= 16384 OR object.owner = 10)
    AND coalesce(identity.schema, identity.name) !~ '^pg_'
    AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend AS dependency
      WHERE dependency.classid = object.classid AND dependency.objid = object.objid AND dependency.objsubid = 0
        AND (dependency.deptype IN ('e', 'i') OR (dependency.deptype = 'a' AND identity.type = 'sequence')))) AS owned
    WHERE pg_catalog.pg_get_userbyid(owner) <> 'auth_owner' ORDER BY type, identity
  LOOP
    RAISE WARNING '% % of database sportstix_auth stays with %', item.type, item.identity, pg_catalog.pg_get_userbyid(item.owner);
  END LOOP;
END
$do$;
REVOKE ALL ON SCHEMA public FROM PUBLIC, "auth_user";
GRANT USAGE ON SCHEMA public TO "auth_user";
ALTER DEFAULT PRIVILEGES FOR ROLE "auth_owner" IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO "auth_user";
ALTER DEFAULT PRIVILEGES FOR ROLE "auth_owner" IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO "auth_user";
COMMIT;

\connect "sportstix_game"
SET search_path TO '';
SET client_min_messages TO warning;
SET lock_timeout TO '30s';
BEGIN;
ALTER DATABASE "sportstix_game" OWNER TO "game_owner";
COMMENT ON DATABASE "sportstix_game" IS 'managed by sportstix-host-access';
REVOKE ALL ON DATABASE "sportstix_game" FROM PUBLIC, "game_user";
GRANT CONNECT ON DATABASE "sportstix_game" TO "game_user";
DO $do$
DECLARE
  item record;
BEGIN
  FOR item IN SELECT * FROM (SELECT object.owner, identity.type, identity.identity
  FROM (
    SELECT 'pg_class'::pg_catalog.regclass::oid AS classid, oid AS objid, relowner AS owner FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
    UNION ALL
    SELECT 'pg_type'::pg_catalog.regclass::oid AS classid, oid AS objid, typowner AS owner FROM pg_catalog.pg_type
    UNION ALL
    SELECT 'pg_proc'::pg_catalog.regclass::oid AS classid, oid AS objid, proowner AS owner FROM pg_catalog.pg_proc
    UNION ALL
    SELECT 'pg_namespace'::pg_catalog.regclass::oid AS classid, oid AS objid, nspowner AS owner FROM pg_catalog.pg_namespace
    UNION ALL
    SELECT 'pg_operator'::pg_catalog.regclass::oid AS classid, oid AS objid, oprowner AS owner FROM pg_catalog.pg_operator
    UNION ALL
    SELECT 'pg_opclass'::pg_catalog.regclass::oid AS classid, oid AS objid, opcowner AS owner FROM pg_catalog.pg_opclass
    UNION ALL
    SELECT 'pg_opfamily'::pg_catalog.regclass::oid AS classid, oid AS objid, opfowner AS owner FROM pg_catalog.pg_opfamily
    UNION ALL
    SELECT 'pg_collation'::pg_catalog.regclass::oid AS classid, oid AS objid, collowner AS owner FROM pg_catalog.pg_collation
    UNION ALL
    SELECT 'pg_conversion'::pg_catalog.regclass::oid AS classid, oid AS objid, conowner AS owner FROM pg_catalog.pg_conversion
    UNION ALL
    SELECT 'pg_ts_config'::pg_catalog.regclass::oid AS classid, oid AS objid, cfgowner AS owner FROM pg_catalog.pg_ts_config
    UNION ALL
    SELECT 'pg_ts_dict'::pg_catalog.regclass::oid AS classid, oid AS objid, dictowner AS owner FROM pg_catalog.pg_ts_dict
    UNION ALL
    SELECT 'pg_statistic_ext'::pg_catalog.regclass::oid AS classid, oid AS objid, stxowner AS owner FROM pg_catalog.pg_statistic_ext
  ) AS object,
  LATERAL pg_catalog.pg_identify_object(object.classid, object.objid, 0) AS identity
  WHERE (object.objid >= 16384 OR (identity.type = 'schema' AND identity.identity = 'public'))
    AND (object.owner >= 16384 OR object.owner = 10)
    AND coalesce(identity.schema, identity.name) !~ '^pg_'
    AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend AS dependency
      WHERE dependency.classid = object.classid AND dependency.objid = object.objid AND dependency.objsubid = 0
        AND (dependency.deptype IN ('e', 'i') OR (dependency.deptype = 'a' AND identity.type = 'sequence')))) AS owned WHERE owner IN (SELECT oid FROM pg_catalog.pg_roles
      WHERE (oid = 10 OR rolname IN ('postgres', 'game_user')
        OR pg_catalog.shobj_description(oid, 'pg_authid') = 'managed by sportstix-host-access')
        AND rolname <> 'game_owner') ORDER BY type, identity LOOP
    EXECUTE format('ALTER %s %s OWNER TO %I', CASE
        WHEN item.type IN ('function', 'procedure', 'aggregate') THEN 'ROUTINE'
        WHEN item.type = 'statistics object' THEN 'STATISTICS'
        ELSE upper(item.type) END, item.identity, 'game_owner');
  END LOOP;
  -- What later migrations create, the owner creates; so what the user got of the superuser's is of no use any more.
  FOR item IN
    SELECT DISTINCT pg_catalog.pg_get_userbyid(defaclrole) AS role, nspname AS schema, defaclobjtype AS type
    FROM pg_catalog.pg_default_acl LEFT JOIN pg_catalog.pg_namespace ON pg_namespace.oid = defaclnamespace,
      LATERAL pg_catalog.aclexplode(defaclacl) AS privilege
    WHERE pg_catalog.pg_get_userbyid(privilege.grantee) = 'game_user' AND defaclrole IN (SELECT oid FROM pg_catalog.pg_roles
      WHERE (oid = 10 OR rolname IN ('postgres', 'game_user')
        OR pg_catalog.shobj_description(oid, 'pg_authid') = 'managed by sportstix-host-access')
        AND rolname <> 'game_owner') ORDER BY 1, 2, 3
  LOOP
    EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I %s REVOKE ALL ON %s FROM %I', item.role,
      coalesce(format('IN SCHEMA %I', item.schema), ''),
      CASE item.type WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'ROUTINES' WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' END,
      'game_user');
  END LOOP;
  FOR item IN
    SELECT format('%I.%I', nspname, relname) AS name, relkind = 'S' AS is_sequence
    FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = 'public' AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND pg_catalog.pg_get_userbyid(relowner) = 'game_owner'
    ORDER BY 1
  LOOP
    EXECUTE format('REVOKE ALL ON %s %s FROM %I', CASE WHEN item.is_sequence THEN 'SEQUENCE' ELSE 'TABLE' END, item.name, 'game_user');
    EXECUTE format('GRANT %s %s TO %I',
      CASE WHEN item.is_sequence THEN 'USAGE, SELECT ON SEQUENCE' ELSE 'SELECT, INSERT, UPDATE, DELETE ON TABLE' END, item.name, 'game_user');
  END LOOP;
  FOR item IN SELECT * FROM (SELECT object.owner, identity.type, identity.identity
  FROM (
    SELECT 'pg_class'::pg_catalog.regclass::oid AS classid, oid AS objid, relowner AS owner FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
    UNION ALL
    SELECT 'pg_type'::pg_catalog.regclass::oid AS classid, oid AS objid, typowner AS owner FROM pg_catalog.pg_type
    UNION ALL
    SELECT 'pg_proc'::pg_catalog.regclass::oid AS classid, oid AS objid, proowner AS owner FROM pg_catalog.pg_proc
    UNION ALL
    SELECT 'pg_namespace'::pg_catalog.regclass::oid AS classid, oid AS objid, nspowner AS owner FROM pg_catalog.pg_namespace
    UNION ALL
    SELECT 'pg_operator'::pg_catalog.regclass::oid AS classid, oid AS objid, oprowner AS owner FROM pg_catalog.pg_operator
    UNION ALL
    SELECT 'pg_opclass'::pg_catalog.regclass::oid AS classid, oid AS objid, opcowner AS owner FROM pg_catalog.pg_opclass
    UNION ALL
    SELECT 'pg_opfamily'::pg_catalog.regclass::oid AS classid, oid AS objid, opfowner AS owner FROM pg_catalog.pg_opfamily
    UNION ALL
    SELECT 'pg_collation'::pg_catalog.regclass::oid AS classid, oid AS objid, collowner AS owner FROM pg_catalog.pg_collation
    UNION ALL
    SELECT 'pg_conversion'::pg_catalog.regclass::oid AS classid, oid AS objid, conowner AS owner FROM pg_catalog.pg_conversion
    UNION ALL
    SELECT 'pg_ts_config'::pg_catalog.regclass::oid AS classid, oid AS objid, cfgowner AS owner FROM pg_catalog.pg_ts_config
    UNION ALL
    SELECT 'pg_ts_dict'::pg_catalog.regclass::oid AS classid, oid AS objid, dictowner AS owner FROM pg_catalog.pg_ts_dict
    UNION ALL
    SELECT 'pg_statistic_ext'::pg_catalog.regclass::oid AS classid, oid AS objid, stxowner AS owner FROM pg_catalog.pg_statistic_ext
  ) AS object,
  LATERAL pg_catalog.pg_identify_object(object.classid, object.objid, 0) AS identity
  WHERE (object.objid >= 16384 OR (identity.type = 'schema' AND identity.identity = 'public'))
    AND (object.owner >= 16384 OR object.owner = 10)
    AND coalesce(identity.schema, identity.name) !~ '^pg_'
    AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend AS dependency
      WHERE dependency.classid = object.classid AND dependency.objid = object.objid AND dependency.objsubid = 0
        AND (dependency.deptype IN ('e', 'i') OR (dependency.deptype = 'a' AND identity.type = 'sequence')))) AS owned
    WHERE pg_catalog.pg_get_userbyid(owner) <> 'game_owner' ORDER BY type, identity
  LOOP
    RAISE WARNING '% % of database sportstix_game stays with %', item.type, item.identity, pg_catalog.pg_get_userbyid(item.owner);
  END LOOP;
END
$do$;
REVOKE ALL ON SCHEMA public FROM PUBLIC, "game_user";
GRANT USAGE ON SCHEMA public TO "game_user";
ALTER DEFAULT PRIVILEGES FOR ROLE "game_owner" IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO "game_user";
ALTER DEFAULT PRIVILEGES FOR ROLE "game_owner" IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO "game_user";
COMMIT;

\connect "sportstix_booking"
SET search_path TO '';
SET client_min_messages TO warning;
SET lock_timeout TO '30s';
BEGIN;
ALTER DATABASE "sportstix_booking" OWNER TO "booking_owner";
COMMENT ON DATABASE "sportstix_booking" IS 'managed by sportstix-host-access';
REVOKE ALL ON DATABASE "sportstix_booking" FROM PUBLIC, "booking_user";
GRANT CONNECT ON DATABASE "sportstix_booking" TO "booking_user";
DO $do$
DECLARE
  item record;
BEGIN
  FOR item IN SELECT * FROM (SELECT object.owner, identity.type, identity.identity
  FROM (
    SELECT 'pg_class'::pg_catalog.regclass::oid AS classid, oid AS objid, relowner AS owner FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
    UNION ALL
    SELECT 'pg_type'::pg_catalog.regclass::oid AS classid, oid AS objid, typowner AS owner FROM pg_catalog.pg_type
    UNION ALL
    SELECT 'pg_proc'::pg_catalog.regclass::oid AS classid, oid AS objid, proowner AS owner FROM pg_catalog.pg_proc
    UNION ALL
    SELECT 'pg_namespace'::pg_catalog.regclass::oid AS classid, oid AS objid, nspowner AS owner FROM pg_catalog.pg_namespace
    UNION ALL
    SELECT 'pg_operator'::pg_catalog.regclass::oid AS classid, oid AS objid, oprowner AS owner FROM pg_catalog.pg_operator
    UNION ALL
    SELECT 'pg_opclass'::pg_catalog.regclass::oid AS classid, oid AS objid, opcowner AS owner FROM pg_catalog.pg_opclass
    UNION ALL
    SELECT 'pg_opfamily'::pg_catalog.regclass::oid AS classid, oid AS objid, opfowner AS owner FROM pg_catalog.pg_opfamily
    UNION ALL
    SELECT 'pg_collation'::pg_catalog.regclass::oid AS classid, oid AS objid, collowner AS owner FROM pg_catalog.pg_collation
    UNION ALL
    SELECT 'pg_conversion'::pg_catalog.regclass::oid AS classid, oid AS objid, conowner AS owner FROM pg_catalog.pg_conversion
    UNION ALL
    SELECT 'pg_ts_config'::pg_catalog.regclass::oid AS classid, oid AS objid, cfgowner AS owner FROM pg_catalog.pg_ts_config
    UNION ALL
    SELECT 'pg_ts_dict'::pg_catalog.regclass::oid AS classid, oid AS objid, dictowner AS owner FROM pg_catalog.pg_ts_dict
    UNION ALL
    SELECT 'pg_statistic_ext'::pg_catalog.regclass::oid AS classid, oid AS objid, stxowner AS owner FROM pg_catalog.pg_statistic_ext
  ) AS object,
  LATERAL pg_catalog.pg_identify_object(object.classid, object.objid, 0) AS identity
  WHERE (object.objid >= 16384 OR (identity.type = 'schema' AND identity.identity = 'public'))
    AND (object.owner >= 16384 OR object.owner = 10)
    AND coalesce(identity.schema, identity.name) !~ '^pg_'
    AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend AS dependency
      WHERE dependency.classid = object.classid AND dependency.objid = object.objid AND dependency.objsubid = 0
        AND (dependency.deptype IN ('e', 'i') OR (dependency.deptype = 'a' AND identity.type = 'sequence')))) AS owned WHERE owner IN (SELECT oid FROM pg_catalog.pg_roles
      WHERE (oid = 10 OR rolname IN ('postgres', 'booking_user')
        OR pg_catalog.shobj_description(oid, 'pg_authid') = 'managed by sportstix-host-access')
        AND rolname <> 'booking_owner') ORDER BY type, identity LOOP
    EXECUTE format('ALTER %s %s OWNER TO %I', CASE
        WHEN item.type IN ('function', 'procedure', 'aggregate') THEN 'ROUTINE'
        WHEN item.type = 'statistics object' THEN 'STATISTICS'
        ELSE upper(item.type) END, item.identity, 'booking_owner');
  END LOOP;
  -- What later migrations create, the owner creates; so what the user got of the superuser's is of no use any more.
  FOR item IN
    SELECT DISTINCT pg_catalog.pg_get_userbyid(defaclrole) AS role, nspname AS schema, defaclobjtype AS type
    FROM pg_catalog.pg_default_acl LEFT JOIN pg_catalog.pg_namespace ON pg_namespace.oid = defaclnamespace,
      LATERAL pg_catalog.aclexplode(defaclacl) AS privilege
    WHERE pg_catalog.pg_get_userbyid(privilege.grantee) = 'booking_user' AND defaclrole IN (SELECT oid FROM pg_catalog.pg_roles
      WHERE (oid = 10 OR rolname IN ('postgres', 'booking_user')
        OR pg_catalog.shobj_description(oid, 'pg_authid') = 'managed by sportstix-host-access')
        AND rolname <> 'booking_owner') ORDER BY 1, 2, 3
  LOOP
    EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I %s REVOKE ALL ON %s FROM %I', item.role,
      coalesce(format('IN SCHEMA %I', item.schema), ''),
      CASE item.type WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'ROUTINES' WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' END,
      'booking_user');
  END LOOP;
  FOR item IN
    SELECT format('%I.%I', nspname, relname) AS name, relkind = 'S' AS is_sequence
    FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = 'public' AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND pg_catalog.pg_get_userbyid(relowner) = 'booking_owner'
    ORDER BY 1
  LOOP
    EXECUTE format('REVOKE ALL ON %s %s FROM %I', CASE WHEN item.is_sequence THEN 'SEQUENCE' ELSE 'TABLE' END, item.name, 'booking_user');
    EXECUTE format('GRANT %s %s TO %I',
      CASE WHEN item.is_sequence THEN 'USAGE, SELECT ON SEQUENCE' ELSE 'SELECT, INSERT, UPDATE, DELETE ON TABLE' END, item.name, 'booking_user');
  END LOOP;
  FOR item IN SELECT * FROM (SELECT object.owner, identity.type, identity.identity
  FROM (
    SELECT 'pg_class'::pg_catalog.regclass::oid AS classid, oid AS objid, relowner AS owner FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
    UNION ALL
    SELECT 'pg_type'::pg_catalog.regclass::oid AS classid, oid AS objid, typowner AS owner FROM pg_catalog.pg_type
    UNION ALL
    SELECT 'pg_proc'::pg_catalog.regclass::oid AS classid, oid AS objid, proowner AS owner FROM pg_catalog.pg_proc
    UNION ALL
    SELECT 'pg_namespace'::pg_catalog.regclass::oid AS classid, oid AS objid, nspowner AS owner FROM pg_catalog.pg_namespace
    UNION ALL
    SELECT 'pg_operator'::pg_catalog.regclass::oid AS classid, oid AS objid, oprowner AS owner FROM pg_catalog.pg_operator
    UNION ALL
    SELECT 'pg_opclass'::pg_catalog.regclass::oid AS classid, oid AS objid, opcowner AS owner FROM pg_catalog.pg_opclass
    UNION ALL
    SELECT 'pg_opfamily'::pg_catalog.regclass::oid AS classid, oid AS objid, opfowner AS owner FROM pg_catalog.pg_opfamily
    UNION ALL
    SELECT 'pg_collation'::pg_catalog.regclass::oid AS classid, oid AS objid, collowner AS owner FROM pg_catalog.pg_collation
    UNION ALL
    SELECT 'pg_conversion'::pg_catalog.regclass::oid AS classid, oid AS objid, conowner AS owner FROM pg_catalog.pg_conversion
    UNION ALL
    SELECT 'pg_ts_config'::pg_catalog.regclass::oid AS classid, oid AS objid, cfgowner AS owner FROM pg_catalog.pg_ts_config
    UNION ALL
    SELECT 'pg_ts_dict'::pg_catalog.regclass::oid AS classid, oid AS objid, dictowner AS owner FROM pg_catalog.pg_ts_dict
    UNION ALL
    SELECT 'pg_statistic_ext'::pg_catalog.regclass::oid AS classid, oid AS objid, stxowner AS owner FROM pg_catalog.pg_statistic_ext
  ) AS object,
  LATERAL pg_catalog.pg_identify_object(object.classid, object.objid, 0) AS identity
  WHERE (object.objid >= 16384 OR (identity.type = 'schema' AND identity.identity = 'public'))
    AND (object.owner >= 16384 OR object.owner = 10)
    AND coalesce(identity.schema, identity.name) !~ '^pg_'
    AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend AS dependency
      WHERE dependency.classid = object.classid AND dependency.objid = object.objid AND dependency.objsubid = 0
        AND (dependency.deptype IN ('e', 'i') OR (dependency.deptype = 'a' AND identity.type = 'sequence')))) AS owned
    WHERE pg_catalog.pg_get_userbyid(owner) <> 'booking_owner' ORDER BY type, identity
  LOOP
    RAISE WARNING '% % of database sportstix_booking stays with %', item.type, item.identity, pg_catalog.pg_get_userbyid(item.owner);
  END LOOP;
END
$do$;
REVOKE ALL ON SCHEMA public FROM PUBLIC, "booking_user";
GRANT USAGE ON SCHEMA public TO "booking_user";
ALTER DEFAULT PRIVILEGES FOR ROLE "booking_owner" IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO "booking_user";
ALTER DEFAULT PRIVILEGES FOR ROLE "booking_owner" IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO "booking_user";
COMMIT;

\connect "sportstix_payment"
SET search_path TO '';
SET client_min_messages TO warning;
SET lock_timeout TO '30s';
BEGIN;
ALTER DATABASE "sportstix_payment" OWNER TO "payment_owner";
COMMENT ON DATABASE "sportstix_payment" IS 'managed by sportstix-host-access';
REVOKE ALL ON DATABASE "sportstix_payment" FROM PUBLIC, "payment_user";
GRANT CONNECT ON DATABASE "sportstix_payment" TO "payment_user";
DO $do$
DECLARE
  item record;
BEGIN
  FOR item IN SELECT * FROM (SELECT object.owner, identity.type, identity.identity
  FROM (
    SELECT 'pg_class'::pg_catalog.regclass::oid AS classid, oid AS objid, relowner AS owner FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
    UNION ALL
    SELECT 'pg_type'::pg_catalog.regclass::oid AS classid, oid AS objid, typowner AS owner FROM pg_catalog.pg_type
    UNION ALL
    SELECT 'pg_proc'::pg_catalog.regclass::oid AS classid, oid AS objid, proowner AS owner FROM pg_catalog.pg_proc
    UNION ALL
    SELECT 'pg_namespace'::pg_catalog.regclass::oid AS classid, oid AS objid, nspowner AS owner FROM pg_catalog.pg_namespace
    UNION ALL
    SELECT 'pg_operator'::pg_catalog.regclass::oid AS classid, oid AS objid, oprowner AS owner FROM pg_catalog.pg_operator
    UNION ALL
    SELECT 'pg_opclass'::pg_catalog.regclass::oid AS classid, oid AS objid, opcowner AS owner FROM pg_catalog.pg_opclass
    UNION ALL
    SELECT 'pg_opfamily'::pg_catalog.regclass::oid AS classid, oid AS objid, opfowner AS owner FROM pg_catalog.pg_opfamily
    UNION ALL
    SELECT 'pg_collation'::pg_catalog.regclass::oid AS classid, oid AS objid, collowner AS owner FROM pg_catalog.pg_collation
    UNION ALL
    SELECT 'pg_conversion'::pg_catalog.regclass::oid AS classid, oid AS objid, conowner AS owner FROM pg_catalog.pg_conversion
    UNION ALL
    SELECT 'pg_ts_config'::pg_catalog.regclass::oid AS classid, oid AS objid, cfgowner AS owner FROM pg_catalog.pg_ts_config
    UNION ALL
    SELECT 'pg_ts_dict'::pg_catalog.regclass::oid AS classid, oid AS objid, dictowner AS owner FROM pg_catalog.pg_ts_dict
    UNION ALL
    SELECT 'pg_statistic_ext'::pg_catalog.regclass::oid AS classid, oid AS objid, stxowner AS owner FROM pg_catalog.pg_statistic_ext
  ) AS object,
  LATERAL pg_catalog.pg_identify_object(object.classid, object.objid, 0) AS identity
  WHERE (object.objid >= 16384 OR (identity.type = 'schema' AND identity.identity = 'public'))
    AND (object.owner >= 16384 OR object.owner = 10)
    AND coalesce(identity.schema, identity.name) !~ '^pg_'
    AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend AS dependency
      WHERE dependency.classid = object.classid AND dependency.objid = object.objid AND dependency.objsubid = 0
        AND (dependency.deptype IN ('e', 'i') OR (dependency.deptype = 'a' AND identity.type = 'sequence')))) AS owned WHERE owner IN (SELECT oid FROM pg_catalog.pg_roles
      WHERE (oid = 10 OR rolname IN ('postgres', 'payment_user')
        OR pg_catalog.shobj_description(oid, 'pg_authid') = 'managed by sportstix-host-access')
        AND rolname <> 'payment_owner') ORDER BY type, identity LOOP
    EXECUTE format('ALTER %s %s OWNER TO %I', CASE
        WHEN item.type IN ('function', 'procedure', 'aggregate') THEN 'ROUTINE'
        WHEN item.type = 'statistics object' THEN 'STATISTICS'
        ELSE upper(item.type) END, item.identity, 'payment_owner');
  END LOOP;
  -- What later migrations create, the owner creates; so what the user got of the superuser's is of no use any more.
  FOR item IN
    SELECT DISTINCT pg_catalog.pg_get_userbyid(defaclrole) AS role, nspname AS schema, defaclobjtype AS type
    FROM pg_catalog.pg_default_acl LEFT JOIN pg_catalog.pg_namespace ON pg_namespace.oid = defaclnamespace,
      LATERAL pg_catalog.aclexplode(defaclacl) AS privilege
    WHERE pg_catalog.pg_get_userbyid(privilege.grantee) = 'payment_user' AND defaclrole IN (SELECT oid FROM pg_catalog.pg_roles
      WHERE (oid = 10 OR rolname IN ('postgres', 'payment_user')
        OR pg_catalog.shobj_description(oid, 'pg_authid') = 'managed by sportstix-host-access')
        AND rolname <> 'payment_owner') ORDER BY 1, 2, 3
  LOOP
    EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I %s REVOKE ALL ON %s FROM %I', item.role,
      coalesce(format('IN SCHEMA %I', item.schema), ''),
      CASE item.type WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'ROUTINES' WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' END,
      'payment_user');
  END LOOP;
  FOR item IN
    SELECT format('%I.%I', nspname, relname) AS name, relkind = 'S' AS is_sequence
    FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = 'public' AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND pg_catalog.pg_get_userbyid(relowner) = 'payment_owner'
    ORDER BY 1
  LOOP
    EXECUTE format('REVOKE ALL ON %s %s FROM %I', CASE WHEN item.is_sequence THEN 'SEQUENCE' ELSE 'TABLE' END, item.name, 'payment_user');
    EXECUTE format('GRANT %s %s TO %I',
      CASE WHEN item.is_sequence THEN 'USAGE, SELECT ON SEQUENCE' ELSE 'SELECT, INSERT, UPDATE, DELETE ON TABLE' END, item.name, 'payment_user');
  END LOOP;
  FOR item IN SELECT * FROM (SELECT object.owner, identity.type, identity.identity
  FROM (
    SELECT 'pg_class'::pg_catalog.regclass::oid AS classid, oid AS objid, relowner AS owner FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
    UNION ALL
    SELECT 'pg_type'::pg_catalog.regclass::oid AS classid, oid AS objid, typowner AS owner FROM pg_catalog.pg_type
    UNION ALL
    SELECT 'pg_proc'::pg_catalog.regclass::oid AS classid, oid AS objid, proowner AS owner FROM pg_catalog.pg_proc
    UNION ALL
    SELECT 'pg_namespace'::pg_catalog.regclass::oid AS classid, oid AS objid, nspowner AS owner FROM pg_catalog.pg_namespace
    UNION ALL
    SELECT 'pg_operator'::pg_catalog.regclass::oid AS classid, oid AS objid, oprowner AS owner FROM pg_catalog.pg_operator
    UNION ALL
    SELECT 'pg_opclass'::pg_catalog.regclass::oid AS classid, oid AS objid, opcowner AS owner FROM pg_catalog.pg_opclass
    UNION ALL
    SELECT 'pg_opfamily'::pg_catalog.regclass::oid AS classid, oid AS objid, opfowner AS owner FROM pg_catalog.pg_opfamily
    UNION ALL
    SELECT 'pg_collation'::pg_catalog.regclass::oid AS classid, oid AS objid, collowner AS owner FROM pg_catalog.pg_collation
    UNION ALL
    SELECT 'pg_conversion'::pg_catalog.regclass::oid AS classid, oid AS objid, conowner AS owner FROM pg_catalog.pg_conversion
    UNION ALL
    SELECT 'pg_ts_config'::pg_catalog.regclass::oid AS classid, oid AS objid, cfgowner AS owner FROM pg_catalog.pg_ts_config
    UNION ALL
    SELECT 'pg_ts_dict'::pg_catalog.regclass::oid AS classid, oid AS objid, dictowner AS owner FROM pg_catalog.pg_ts_dict
    UNION ALL
    SELECT 'pg_statistic_ext'::pg_catalog.regclass::oid AS classid, oid AS objid, stxowner AS owner FROM pg_catalog.pg_statistic_ext
  ) AS object,
  LATERAL pg_catalog.pg_identify_object(object.classid, object.objid, 0) AS identity
  WHERE (object.objid >= 16384 OR (identity.type = 'schema' AND identity.identity = 'public'))
    AND (object.owner >= 16384 OR object.owner = 10)
    AND coalesce(identity.schema, identity.name) !~ '^pg_'
    AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend AS dependency
      WHERE dependency.classid = object.classid AND dependency.objid = object.objid AND dependency.objsubid = 0
        AND (dependency.deptype IN ('e', 'i') OR (dependency.deptype = 'a' AND identity.type = 'sequence')))) AS owned
    WHERE pg_catalog.pg_get_userbyid(owner) <> 'payment_owner' ORDER BY type, identity
  LOOP
    RAISE WARNING '% % of database sportstix_payment stays with %', item.type, item.identity, pg_catalog.pg_get_userbyid(item.owner);
  END LOOP;
END
$do$;
REVOKE ALL ON SCHEMA public FROM PUBLIC, "payment_user";
GRANT USAGE ON SCHEMA public TO "payment_user";
ALTER DEFAULT PRIVILEGES FOR ROLE "payment_owner" IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO "payment_user";
ALTER DEFAULT PRIVILEGES FOR ROLE "payment_owner" IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO "payment_user";
COMMIT;

\connect "sportstix_admin"
SET search_path TO '';
SET client_min_messages TO warning;
SET lock_timeout TO '30s';
BEGIN;
ALTER DATABASE "sportstix_admin" OWNER TO "admin_owner";
COMMENT ON DATABASE "sportstix_admin" IS 'managed by sportstix-host-access';
REVOKE ALL ON DATABASE "sportstix_admin" FROM PUBLIC, "admin_user";
GRANT CONNECT ON DATABASE "sportstix_admin" TO "admin_user";
DO $do$
DECLARE
  item record;
BEGIN
  FOR item IN SELECT * FROM (SELECT object.owner, identity.type, identity.identity
  FROM (
    SELECT 'pg_class'::pg_catalog.regclass::oid AS classid, oid AS objid, relowner AS owner FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
    UNION ALL
    SELECT 'pg_type'::pg_catalog.regclass::oid AS classid, oid AS objid, typowner AS owner FROM pg_catalog.pg_type
    UNION ALL
    SELECT 'pg_proc'::pg_catalog.regclass::oid AS classid, oid AS objid, proowner AS owner FROM pg_catalog.pg_proc
    UNION ALL
    SELECT 'pg_namespace'::pg_catalog.regclass::oid AS classid, oid AS objid, nspowner AS owner FROM pg_catalog.pg_namespace
    UNION ALL
    SELECT 'pg_operator'::pg_catalog.regclass::oid AS classid, oid AS objid, oprowner AS owner FROM pg_catalog.pg_operator
    UNION ALL
    SELECT 'pg_opclass'::pg_catalog.regclass::oid AS classid, oid AS objid, opcowner AS owner FROM pg_catalog.pg_opclass
    UNION ALL
    SELECT 'pg_opfamily'::pg_catalog.regclass::oid AS classid, oid AS objid, opfowner AS owner FROM pg_catalog.pg_opfamily
    UNION ALL
    SELECT 'pg_collation'::pg_catalog.regclass::oid AS classid, oid AS objid, collowner AS owner FROM pg_catalog.pg_collation
    UNION ALL
    SELECT 'pg_conversion'::pg_catalog.regclass::oid AS classid, oid AS objid, conowner AS owner FROM pg_catalog.pg_conversion
    UNION ALL
    SELECT 'pg_ts_config'::pg_catalog.regclass::oid AS classid, oid AS objid, cfgowner AS owner FROM pg_catalog.pg_ts_config
    UNION ALL
    SELECT 'pg_ts_dict'::pg_catalog.regclass::oid AS classid, oid AS objid, dictowner AS owner FROM pg_catalog.pg_ts_dict
    UNION ALL
    SELECT 'pg_statistic_ext'::pg_catalog.regclass::oid AS classid, oid AS objid, stxowner AS owner FROM pg_catalog.pg_statistic_ext
  ) AS object,
  LATERAL pg_catalog.pg_identify_object(object.classid, object.objid, 0) AS identity
  WHERE (object.objid >= 16384 OR (identity.type = 'schema' AND identity.identity = 'public'))
    AND (object.owner >= 16384 OR object.owner = 10)
    AND coalesce(identity.schema, identity.name) !~ '^pg_'
    AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend AS dependency
      WHERE dependency.classid = object.classid AND dependency.objid = object.objid AND dependency.objsubid = 0
        AND (dependency.deptype IN ('e', 'i') OR (dependency.deptype = 'a' AND identity.type = 'sequence')))) AS owned WHERE owner IN (SELECT oid FROM pg_catalog.pg_roles
      WHERE (oid = 10 OR rolname IN ('postgres', 'admin_user')
        OR pg_catalog.shobj_description(oid, 'pg_authid') = 'managed by sportstix-host-access')
        AND rolname <> 'admin_owner') ORDER BY type, identity LOOP
    EXECUTE format('ALTER %s %s OWNER TO %I', CASE
        WHEN item.type IN ('function', 'procedure', 'aggregate') THEN 'ROUTINE'
        WHEN item.type = 'statistics object' THEN 'STATISTICS'
        ELSE upper(item.type) END, item.identity, 'admin_owner');
  END LOOP;
  -- What later migrations create, the owner creates; so what the user got of the superuser's is of no use any more.
  FOR item IN
    SELECT DISTINCT pg_catalog.pg_get_userbyid(defaclrole) AS role, nspname AS schema, defaclobjtype AS type
    FROM pg_catalog.pg_default_acl LEFT JOIN pg_catalog.pg_namespace ON pg_namespace.oid = defaclnamespace,
      LATERAL pg_catalog.aclexplode(defaclacl) AS privilege
    WHERE pg_catalog.pg_get_userbyid(privilege.grantee) = 'admin_user' AND defaclrole IN (SELECT oid FROM pg_catalog.pg_roles
      WHERE (oid = 10 OR rolname IN ('postgres', 'admin_user')
        OR pg_catalog.shobj_description(oid, 'pg_authid') = 'managed by sportstix-host-access')
        AND rolname <> 'admin_owner') ORDER BY 1, 2, 3
  LOOP
    EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I %s REVOKE ALL ON %s FROM %I', item.role,
      coalesce(format('IN SCHEMA %I', item.schema), ''),
      CASE item.type WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'ROUTINES' WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' END,
      'admin_user');
  END LOOP;
  FOR item IN
    SELECT format('%I.%I', nspname, relname) AS name, relkind = 'S' AS is_sequence
    FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = 'public' AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND pg_catalog.pg_get_userbyid(relowner) = 'admin_owner'
    ORDER BY 1
  LOOP
    EXECUTE format('REVOKE ALL ON %s %s FROM %I', CASE WHEN item.is_sequence THEN 'SEQUENCE' ELSE 'TABLE' END, item.name, 'admin_user');
    EXECUTE format('GRANT %s %s TO %I',
      CASE WHEN item.is_sequence THEN 'USAGE, SELECT ON SEQUENCE' ELSE 'SELECT, INSERT, UPDATE, DELETE ON TABLE' END, item.name, 'admin_user');
  END LOOP;
  FOR item IN SELECT * FROM (SELECT object.owner, identity.type, identity.identity
  FROM (
    SELECT 'pg_class'::pg_catalog.regclass::oid AS classid, oid AS objid, relowner AS owner FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
    UNION ALL
    SELECT 'pg_type'::pg_catalog.regclass::oid AS classid, oid AS objid, typowner AS owner FROM pg_catalog.pg_type
    UNION ALL
    SELECT 'pg_proc'::pg_catalog.regclass::oid AS classid, oid AS objid, proowner AS owner FROM pg_catalog.pg_proc
    UNION ALL
    SELECT 'pg_namespace'::pg_catalog.regclass::oid AS classid, oid AS objid, nspowner AS owner FROM pg_catalog.pg_namespace
    UNION ALL
    SELECT 'pg_operator'::pg_catalog.regclass::oid AS classid, oid AS objid, oprowner AS owner FROM pg_catalog.pg_operator
    UNION ALL
    SELECT 'pg_opclass'::pg_catalog.regclass::oid AS classid, oid AS objid, opcowner AS owner FROM pg_catalog.pg_opclass
    UNION ALL
    SELECT 'pg_opfamily'::pg_catalog.regclass::oid AS classid, oid AS objid, opfowner AS owner FROM pg_catalog.pg_opfamily
    UNION ALL
    SELECT 'pg_collation'::pg_catalog.regclass::oid AS classid, oid AS objid, collowner AS owner FROM pg_catalog.pg_collation
    UNION ALL
    SELECT 'pg_conversion'::pg_catalog.regclass::oid AS classid, oid AS objid, conowner AS owner FROM pg_catalog.pg_conversion
    UNION ALL
    SELECT 'pg_ts_config'::pg_catalog.regclass::oid AS classid, oid AS objid, cfgowner AS owner FROM pg_catalog.pg_ts_config
    UNION ALL
    SELECT 'pg_ts_dict'::pg_catalog.regclass::oid AS classid, oid AS objid, dictowner AS owner FROM pg_catalog.pg_ts_dict
    UNION ALL
    SELECT 'pg_statistic_ext'::pg_catalog.regclass::oid AS classid, oid AS objid, stxowner AS owner FROM pg_catalog.pg_statistic_ext
  ) AS object,
  LATERAL pg_catalog.pg_identify_object(object.classid, object.objid, 0) AS identity
  WHERE (object.objid >= 16384 OR (identity.type = 'schema' AND identity.identity = 'public'))
    AND (object.owner >= 16384 OR object.owner = 10)
    AND coalesce(identity.schema, identity.name) !~ '^pg_'
    AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend AS dependency
      WHERE dependency.classid = object.classid AND dependency.objid = object.objid AND dependency.objsubid = 0
        AND (dependency.deptype IN ('e', 'i') OR (dependency.deptype = 'a' AND identity.type = 'sequence')))) AS owned
    WHERE pg_catalog.pg_get_userbyid(owner) <> 'admin_owner' ORDER BY type, identity
  LOOP
    RAISE WARNING '% % of database sportstix_admin stays with %', item.type, item.identity, pg_catalog.pg_get_userbyid(item.owner);
  END LOOP;
END
$do$;
REVOKE ALL ON SCHEMA public FROM PUBLIC, "admin_user";
GRANT USAGE ON SCHEMA public TO "admin_user";
ALTER DEFAULT PRIVILEGES FOR ROLE "admin_owner" IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO "admin_user";
ALTER DEFAULT PRIVILEGES FOR ROLE "admin_owner" IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO "admin_user";
COMMIT;

-- Generated from the environment; do not edit.
--
-- Takes away the roles that postgres-external.sql made on postgres-external, for psql as the superuser postgres, whose the databases are
-- then. Databases, tables and rows stay, and so does the mark of the databases: postgres-external.sql can be run again.
-- What lacks the mark is left alone.
\set ON_ERROR_STOP on
\set SHOW_CONTEXT never
SET search_path TO '';
SET client_min_messages TO warning;
SET lock_timeout TO '30s';

-- Until it is known that nothing stands against it nothing is changed.
SELECT concat((SELECT string_agg(format(E'\n  %s is connected to %s (process %s): stop what uses it', usename, datname, pid), '' ORDER BY pid)
    FROM pg_catalog.pg_stat_activity WHERE usesysid IN (SELECT oid FROM (SELECT oid, rolname FROM pg_catalog.pg_roles WHERE rolname IN ('auth_owner', 'auth_user', 'game_owner', 'game_user', 'booking_owner', 'booking_user', 'payment_owner', 'payment_user', 'admin_owner', 'admin_user') AND pg_catalog.shobj_description(oid, 'pg_authid') = 'managed by sportstix-host-access') AS ours)),
  (SELECT string_agg(DISTINCT format(E'\n  %s has something in database %I, which is not ours: give it to another role', rolname, datname), '')
    FROM pg_catalog.pg_shdepend JOIN (SELECT oid, rolname FROM pg_catalog.pg_roles WHERE rolname IN ('auth_owner', 'auth_user', 'game_owner', 'game_user', 'booking_owner', 'booking_user', 'payment_owner', 'payment_user', 'admin_owner', 'admin_user') AND pg_catalog.shobj_description(oid, 'pg_authid') = 'managed by sportstix-host-access') AS ours ON refobjid = ours.oid
      JOIN pg_catalog.pg_database AS database ON database.oid = dbid OR (classid = 'pg_catalog.pg_database'::pg_catalog.regclass AND database.oid = objid)
    WHERE refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass AND database.oid NOT IN (SELECT oid FROM pg_catalog.pg_database WHERE datname IN ('sportstix_auth', 'sportstix_game', 'sportstix_booking', 'sportstix_payment', 'sportstix_admin')
      AND pg_catalog.shobj_description(oid, 'pg_database') = 'managed by sportstix-host-access')),
  (SELECT string_agg(format(E'\n  %s owns the tablespace %I: give it to another role', rolname, spcname), '')
    FROM pg_catalog.pg_tablespace JOIN (SELECT oid, rolname FROM pg_catalog.pg_roles WHERE rolname IN ('auth_owner', 'auth_user', 'game_owner', 'game_user', 'booking_owner', 'booking_user', 'payment_owner', 'payment_user', 'admin_owner', 'admin_user') AND pg_catalog.shobj_description(oid, 'pg_authid') = 'managed by sportstix-host-access') AS ours ON spcowner = ours.oid)) AS obstacles \gset
SELECT :'obstacles' <> '' AS is_obstructed \gset
\if :is_obstructed
SELECT concat('postgres-external: not now:', :'obstacles', E'\nNothing was changed.') AS obstacles \gset
SELECT pg_catalog.set_config('host_access.text', :'obstacles', false) AS "obstacles" \gset
DO $do$ BEGIN RAISE EXCEPTION '%', pg_catalog.current_setting('host_access.text'); END $do$;
\endif
SELECT format('ALTER ROLE %I NOLOGIN', rolname) FROM (SELECT oid, rolname FROM pg_catalog.pg_roles WHERE rolname IN ('auth_owner', 'auth_user', 'game_owner', 'game_user', 'booking_owner', 'booking_user', 'payment_owner', 'payment_user', 'admin_owner', 'admin_user') AND pg_catalog.shobj_description(oid, 'pg_authid') = 'managed by sportstix-host-access') AS ours ORDER BY rolname \gexec
-- Who came in meanwhile.
SELECT concat((SELECT string_agg(format(E'\n  %s is connected to %s (process %s): stop what uses it', usename, datname, pid), '' ORDER BY pid)
    FROM pg_catalog.pg_stat_activity WHERE usesysid IN (SELECT oid FROM (SELECT oid, rolname FROM pg_catalog.pg_roles WHERE rolname IN ('auth_owner', 'auth_user', 'game_owner', 'game_user', 'booking_owner', 'booking_user', 'payment_owner', 'payment_user', 'admin_owner', 'admin_user') AND pg_catalog.shobj_description(oid, 'pg_authid') = 'managed by sportstix-host-access') AS ours))) AS obstacles \gset
SELECT :'obstacles' <> '' AS is_obstructed \gset
\if :is_obstructed
SELECT concat('postgres-external: the roles may no longer log in, but:', :'obstacles', E'\nThen run this again.') AS obstacles \gset
SELECT pg_catalog.set_config('host_access.text', :'obstacles', false) AS "obstacles" \gset
DO $do$ BEGIN RAISE EXCEPTION '%', pg_catalog.current_setting('host_access.text'); END $do$;
\endif

SELECT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = 'sportstix_auth' AND oid IN (SELECT oid FROM pg_catalog.pg_database WHERE datname IN ('sportstix_auth', 'sportstix_game', 'sportstix_booking', 'sportstix_payment', 'sportstix_admin')
      AND pg_catalog.shobj_description(oid, 'pg_database') = 'managed by sportstix-host-access')) AS is_ours \gset
\if :is_ours
\connect "sportstix_auth"
SET search_path TO '';
SET client_min_messages TO warning;
SET lock_timeout TO '30s';
BEGIN;
DO $do$
DECLARE
  role record;
BEGIN
  FOR role IN SELECT oid, rolname FROM pg_catalog.pg_roles WHERE rolname IN ('auth_owner', 'auth_user', 'game_owner', 'game_user', 'booking_owner', 'booking_user', 'payment_owner', 'payment_user', 'admin_owner', 'admin_user') AND pg_catalog.shobj_description(oid, 'pg_authid') = 'managed by sportstix-host-access' ORDER BY rolname LOOP
    EXECUTE format('REASSIGN OWNED BY %I TO CURRENT_USER', role.rolname);
    -- DROP OWNED would drop what is left. Nothing is: it only takes privileges back. User mappings and default
    -- privileges are not data.
    IF EXISTS (SELECT FROM pg_catalog.pg_shdepend WHERE refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass
        AND refobjid = role.oid AND deptype = 'o' AND dbid IN (0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()))
        AND classid NOT IN ('pg_catalog.pg_default_acl'::pg_catalog.regclass, 'pg_catalog.pg_user_mapping'::pg_catalog.regclass)) THEN
      RAISE EXCEPTION '% still owns something in database sportstix_auth, which was left as it is', role.rolname;
    END IF;
    EXECUTE format('DROP OWNED BY %I', role.rolname);
  END LOOP;
END
$do$;
COMMIT;
\connect postgres
SET search_path TO '';
SET client_min_messages TO warning;
SET lock_timeout TO '30s';
\endif
SELECT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = 'sportstix_game' AND oid IN (SELECT oid FROM pg_catalog.pg_database WHERE datname IN ('sportstix_auth', 'sportstix_game', 'sportstix_booking', 'sportstix_payment', 'sportstix_admin')
      AND pg_catalog.shobj_description(oid, 'pg_database') = 'managed by sportstix-host-access')) AS is_ours \gset
\if :is_ours
\connect "sportstix_game"
SET search_path TO '';
SET client_min_messages TO warning;
SET lock_timeout TO '30s';
BEGIN;
DO $do$
DECLARE
  role record;
BEGIN
  FOR role IN SELECT oid, rolname FROM pg_catalog.pg_roles WHERE rolname IN ('auth_owner', 'auth_user', 'game_owner', 'game_user', 'booking_owner', 'booking_user', 'payment_owner', 'payment_user', 'admin_owner', 'admin_user') AND pg_catalog.shobj_description(oid, 'pg_authid') = 'managed by sportstix-host-access' ORDER BY rolname LOOP
    EXECUTE format('REASSIGN OWNED BY %I TO CURRENT_USER', role.rolname);
    -- DROP OWNED would drop what is left. Nothing is: it only takes privileges back. User mappings and default
    -- privileges are not data.
    IF EXISTS (SELECT FROM pg_catalog.pg_shdepend WHERE refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass
        AND refobjid = role.oid AND deptype = 'o' AND dbid IN (0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()))
        AND classid NOT IN ('pg_catalog.pg_default_acl'::pg_catalog.regclass, 'pg_catalog.pg_user_mapping'::pg_catalog.regclass)) THEN
      RAISE EXCEPTION '% still owns something in database sportstix_game, which was left as it is', role.rolname;
    END IF;
    EXECUTE format('DROP OWNED BY %I', role.rolname);
  END LOOP;
END
$do$;
COMMIT;
\connect postgres
SET search_path TO '';
SET client_min_messages TO warning;
SET lock_timeout TO '30s';
\endif
SELECT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = 'sportstix_booking' AND oid IN (SELECT oid FROM pg_catalog.pg_database WHERE datname IN ('sportstix_auth', 'sportstix_game', 'sportstix_booking', 'sportstix_payment', 'sportstix_admin')
      AND pg_catalog.shobj_description(oid, 'pg_database') = 'managed by sportstix-host-access')) AS is_ours \gset
\if :is_ours
\connect "sportstix_booking"
SET search_path TO '';
SET client_min_messages TO warning;
SET lock_timeout TO '30s';
BEGIN;
DO $do$
DECLARE
  role record;
BEGIN
  FOR role IN SELECT oid, rolname FROM pg_catalog.pg_roles WHERE rolname IN ('auth_owner', 'auth_user', 'game_owner', 'game_user', 'booking_owner', 'booking_user', 'payment_owner', 'payment_user', 'admin_owner', 'admin_user') AND pg_catalog.shobj_description(oid, 'pg_authid') = 'managed by sportstix-host-access' ORDER BY rolname LOOP
    EXECUTE format('REASSIGN OWNED BY %I TO CURRENT_USER', role.rolname);
    -- DROP OWNED would drop what is left. Nothing is: it only takes privileges back. User mappings and default
    -- privileges are not data.
    IF EXISTS (SELECT FROM pg_catalog.pg_shdepend WHERE refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass
        AND refobjid = role.oid AND deptype = 'o' AND dbid IN (0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()))
        AND classid NOT IN ('pg_catalog.pg_default_acl'::pg_catalog.regclass, 'pg_catalog.pg_user_mapping'::pg_catalog.regclass)) THEN
      RAISE EXCEPTION '% still owns something in database sportstix_booking, which was left as it is', role.rolname;
    END IF;
    EXECUTE format('DROP OWNED BY %I', role.rolname);
  END LOOP;
END
$do$;
COMMIT;
\connect postgres
SET search_path TO '';
SET client_min_messages TO warning;
SET lock_timeout TO '30s';
\endif
SELECT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = 'sportstix_payment' AND oid IN (SELECT oid FROM pg_catalog.pg_database WHERE datname IN ('sportstix_auth', 'sportstix_game', 'sportstix_booking', 'sportstix_payment', 'sportstix_admin')
      AND pg_catalog.shobj_description(oid, 'pg_database') = 'managed by sportstix-host-access')) AS is_ours \gset
\if :is_ours
\connect "sportstix_payment"
SET search_path TO '';
SET client_min_messages TO warning;
SET lock_timeout TO '30s';
BEGIN;
DO $do$
DECLARE
  role record;
BEGIN
  FOR role IN SELECT oid, rolname FROM pg_catalog.pg_roles WHERE rolname IN ('auth_owner', 'auth_user', 'game_owner', 'game_user', 'booking_owner', 'booking_user', 'payment_owner', 'payment_user', 'admin_owner', 'admin_user') AND pg_catalog.shobj_description(oid, 'pg_authid') = 'managed by sportstix-host-access' ORDER BY rolname LOOP
    EXECUTE format('REASSIGN OWNED BY %I TO CURRENT_USER', role.rolname);
    -- DROP OWNED would drop what is left. Nothing is: it only takes privileges back. User mappings and default
    -- privileges are not data.
    IF EXISTS (SELECT FROM pg_catalog.pg_shdepend WHERE refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass
        AND refobjid = role.oid AND deptype = 'o' AND dbid IN (0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()))
        AND classid NOT IN ('pg_catalog.pg_default_acl'::pg_catalog.regclass, 'pg_catalog.pg_user_mapping'::pg_catalog.regclass)) THEN
      RAISE EXCEPTION '% still owns something in database sportstix_payment, which was left as it is', role.rolname;
    END IF;
    EXECUTE format('DROP OWNED BY %I', role.rolname);
  END LOOP;
END
$do$;
COMMIT;
\connect postgres
SET search_path TO '';
SET client_min_messages TO warning;
SET lock_timeout TO '30s';
\endif
SELECT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = 'sportstix_admin' AND oid IN (SELECT oid FROM pg_catalog.pg_database WHERE datname IN ('sportstix_auth', 'sportstix_game', 'sportstix_booking', 'sportstix_payment', 'sportstix_admin')
      AND pg_catalog.shobj_description(oid, 'pg_database') = 'managed by sportstix-host-access')) AS is_ours \gset
\if :is_ours
\connect "sportstix_admin"
SET search_path TO '';
SET client_min_messages TO warning;
SET lock_timeout TO '30s';
BEGIN;
DO $do$
DECLARE
  role record;
BEGIN
  FOR role IN SELECT oid, rolname FROM pg_catalog.pg_roles WHERE rolname IN ('auth_owner', 'auth_user', 'game_owner', 'game_user', 'booking_owner', 'booking_user', 'payment_owner', 'payment_user', 'admin_owner', 'admin_user') AND pg_catalog.shobj_description(oid, 'pg_authid') = 'managed by sportstix-host-access' ORDER BY rolname LOOP
    EXECUTE format('REASSIGN OWNED BY %I TO CURRENT_USER', role.rolname);
    -- DROP OWNED would drop what is left. Nothing is: it only takes privileges back. User mappings and default
    -- privileges are not data.
    IF EXISTS (SELECT FROM pg_catalog.pg_shdepend WHERE refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass
        AND refobjid = role.oid AND deptype = 'o' AND dbid IN (0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()))
        AND classid NOT IN ('pg_catalog.pg_default_acl'::pg_catalog.regclass, 'pg_catalog.pg_user_mapping'::pg_catalog.regclass)) THEN
      RAISE EXCEPTION '% still owns something in database sportstix_admin, which was left as it is', role.rolname;
    END IF;
    EXECUTE format('DROP OWNED BY %I', role.rolname);
  END LOOP;
END
$do$;
COMMIT;
\connect postgres
SET search_path TO '';
SET client_min_messages TO warning;
SET lock_timeout TO '30s';
\endif

SELECT format('DROP ROLE %I', rolname) FROM (SELECT oid, rolname FROM pg_catalog.pg_roles WHERE rolname IN ('auth_owner', 'auth_user', 'game_owner', 'game_user', 'booking_owner', 'booking_user', 'payment_owner', 'payment_user', 'admin_owner', 'admin_user') AND pg_catalog.shobj_description(oid, 'pg_authid') = 'managed by sportstix-host-access') AS ours ORDER BY rolname \gexec

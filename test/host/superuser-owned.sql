-- What this project generated before databases had owners: the installation that is handed over.
--
-- Makes the databases and their users on postgres-external, for psql as the superuser postgres. Running it again
-- changes nothing but the passwords, which it sets to the ones given. It contains none: they are psql variables, read
-- from the git-ignored file of passwords, which goes first into the same psql.
\set ON_ERROR_STOP on

\if :{?postgres_external_postgres_password}
\else
DO 'BEGIN RAISE EXCEPTION ''postgres_external_postgres_password is not set: read the file with the passwords first''; END';
\endif
\if :{?postgres_external_carts_user_password}
\else
DO 'BEGIN RAISE EXCEPTION ''postgres_external_carts_user_password is not set: read the file with the passwords first''; END';
\endif
\if :{?postgres_external_orders_user_password}
\else
DO 'BEGIN RAISE EXCEPTION ''postgres_external_orders_user_password is not set: read the file with the passwords first''; END';
\endif

-- Keeps the statements that hold a password out of the server's log.
SET client_min_messages = warning;
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_min_error_statement = 'panic';
SET password_encryption = 'scram-sha-256';

-- Who migrates the schemas logs in with a password too.
ALTER ROLE "postgres" WITH PASSWORD :'postgres_external_postgres_password';

-- Users: they log in, and no more.
SELECT 'CREATE ROLE "carts_user"'
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'carts_user') \gexec
ALTER ROLE "carts_user" WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
  PASSWORD :'postgres_external_carts_user_password';
SELECT 'CREATE ROLE "orders_user"'
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'orders_user') \gexec
ALTER ROLE "orders_user" WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
  PASSWORD :'postgres_external_orders_user_password';

-- Databases: only the database's own user may connect.
SELECT 'CREATE DATABASE "shop_carts" OWNER "postgres" ENCODING ''UTF8'' TEMPLATE template0'
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = 'shop_carts') \gexec
REVOKE ALL ON DATABASE "shop_carts" FROM PUBLIC, "carts_user";
GRANT CONNECT ON DATABASE "shop_carts" TO "carts_user";
SELECT 'CREATE DATABASE "shop_orders" OWNER "postgres" ENCODING ''UTF8'' TEMPLATE template0'
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = 'shop_orders') \gexec
REVOKE ALL ON DATABASE "shop_orders" FROM PUBLIC, "orders_user";
GRANT CONNECT ON DATABASE "shop_orders" TO "orders_user";

-- Inside each: data yes, structure no, also for what is created later by migrations.
\connect "shop_carts"
SET client_min_messages = warning;
REVOKE ALL ON SCHEMA public FROM PUBLIC, "carts_user";
GRANT USAGE ON SCHEMA public TO "carts_user";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "carts_user";
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO "carts_user";
ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO "carts_user";
ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO "carts_user";

\connect "shop_orders"
SET client_min_messages = warning;
REVOKE ALL ON SCHEMA public FROM PUBLIC, "orders_user";
GRANT USAGE ON SCHEMA public TO "orders_user";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "orders_user";
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO "orders_user";
ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO "orders_user";
ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO "orders_user";

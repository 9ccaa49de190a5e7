'use strict';

// Stands for the Next.js server: a page on every path, and a cache that it must be able to write, as Next.js' own.
const fs = require('node:fs');
const http = require('node:http');

const port = Number(process.env.PORT ?? 3000);
const hostname = process.env.HOSTNAME ?? '0.0.0.0';
const cache = '/app/.next/cache';

const log = (level, message) => {
  process.stdout.write(`${JSON.stringify({ '@timestamp': new Date().toISOString(), level, message })}\n`);
};

const writeCache = (name) => {
  fs.writeFileSync(`${cache}/${name}`, new Date().toISOString());
};

const server = http.createServer((request, response) => {
  // Once it stops, clients must not wait for the next answer on a connection that closes.
  if (!server.listening) response.setHeader('Connection', 'close');
  try {
    writeCache('last-request');
  } catch (error) {
    log('ERROR', String(error));
    response.writeHead(500, { 'Content-Type': 'text/plain' }).end('The cache is not writable\n');
    return;
  }
  log('INFO', `${request.method} ${request.url}`);
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
  response.end('<!doctype html>\n<html lang="en"><title>Sportstix</title><h1>Sportstix</h1></html>\n');
});

// As process 1 in its container it gets no default handling of SIGTERM.
process.on('SIGTERM', () => {
  log('INFO', 'SIGTERM: finishing the requests in flight');
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});

// Throws where the cache is missing or read-only: then the container must not start.
writeCache('started');
server.listen(port, hostname, () => log('INFO', `listening on ${hostname}:${port}`));

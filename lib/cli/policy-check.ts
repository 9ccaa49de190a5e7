#!/usr/bin/env node
// The program that the package brings, under the name by which SARIF knows it.
import { runCheck } from './check-program';

const name = 'sportstix-policy-check';
runCheck({ name, call: name, folder: process.cwd() });

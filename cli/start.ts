#!/usr/bin/env node
// Where the bundled command begins.
import { keepCode } from './codeCache.ts';

keepCode();
void import('./rowtime.ts');

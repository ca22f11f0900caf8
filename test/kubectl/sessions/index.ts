// All sessions.
import type {Session} from '../session.ts';
import {appliers} from './appliers.ts';
import {canaries} from './canaries.ts';
import {changes} from './changes.ts';
import {deployments} from './deployments.ts';
import {pieces} from './pieces.ts';

export const sessions: readonly Session[] = [appliers, canaries, changes, deployments, pieces];

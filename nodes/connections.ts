/** The connection types of our nodes, typed but without loading n8n-workflow at n8n's start. */

import type { NodeConnectionType } from 'n8n-workflow';

export const MAIN = 'main' satisfies NodeConnectionType;
export const MODEL = 'ai_languageModel' satisfies NodeConnectionType;

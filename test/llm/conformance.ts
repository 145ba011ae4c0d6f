/** The suite every adapter passes, through the real SDK against a server on loopback. */

import type { LLMock } from '@copilotkit/aimock';
import { llmConfigSchema } from '../../lib/graph/model';
import type { JsonObject } from '../../lib/json';
import { createModels } from '../../lib/llm/models';
import { credentialFor, urlOf } from './address';
import { user, type Bench } from './bench';
import { ANSWER_CHECKS } from './checks-answers';
import { FAILURE_CHECKS } from './checks-failures';
import { FEATURES, type FeatureId, type Subject } from './features';

const CHECKS: Record<FeatureId, (bench: Bench) => Promise<void>> = { ...ANSWER_CHECKS, ...FAILURE_CHECKS };

export function describeConformance(subject: Subject, mock: LLMock): void {
	describe(subject.title, () => {
		beforeEach(() => {
			mock.clearFixtures();
			mock.clearRequests();
		});
		for (const { id, title } of FEATURES) {
			it(title, async () => {
				const models = createModels({ credentials: () => credentialFor(urlOf(mock.url, subject)) });
				const config = (settings: JsonObject = {}) =>
					llmConfigSchema.parse({ ...subject.config, ...settings });
				await CHECKS[id]({
					subject,
					mock,
					models,
					config,
					call: ({ user: words, settings, ...request }) =>
						models.call({
							config: config(settings),
							messages: words === undefined ? [] : [user(words)],
							tools: [],
							signal: new AbortController().signal,
							...request,
						}),
					lastMessages: () => (mock.getLastRequest()?.body as { messages?: [] } | null)?.messages ?? [],
				});
			});
		}
	});
}

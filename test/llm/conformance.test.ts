/** Runs the conformance suite for every adapter on a server that speaks all the vendors' protocols. */

import { LLMock } from '@copilotkit/aimock';
import { describeConformance } from './conformance';
import { SUBJECTS } from './features';

describe('every adapter', () => {
	const mock = new LLMock({ port: 0, host: '127.0.0.1' });
	beforeAll(() => mock.start());
	afterAll(() => mock.stop());
	for (const subject of SUBJECTS) if (subject.server === 'aimock') describeConformance(subject, mock);
});

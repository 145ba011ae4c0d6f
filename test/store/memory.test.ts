/** The store without a database passes the suite. */

import { openStore } from '../../lib/store/open';
import { describeStore, handClock } from './conformance';

describeStore('memory', async () => {
	const clock = handClock();
	return { clock, store: await openStore({ type: 'memory', clock }) };
});

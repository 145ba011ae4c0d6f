/** What the room costs before it is used: the filter library waits for the first filter. */

import { fillText } from '../../lib/value/template';
import { scopeOf } from './sources';

let loads = 0;
jest.mock('liquidjs', () => {
	loads++;
	return jest.requireActual('liquidjs');
});

test('R4.3: the filter library is loaded by the first filter, not before', () => {
	const scope = scopeOf({ supplied: { name: 'ann' } });
	expect(fillText('Hi {{name}} [[x]]', scope)).toBe('Hi ann [[x]]');
	expect(fillText('{{unknown | upcase}}', scope)).toBe('{{unknown | upcase}}');
	expect(loads).toBe(0);
	expect(fillText('Hi {{name | capitalize}}', scope)).toBe('Hi Ann');
	expect(loads).toBe(1);
});

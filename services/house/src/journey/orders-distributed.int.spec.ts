import { walkElsewhere } from './elsewhere.fixture.js';

// The same walk as in one process, through a house of processes on real servers.
if (await walkElsewhere()) await import('./orders.fixture.js');

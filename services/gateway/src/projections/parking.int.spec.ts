import { parkingSuite } from './parking.fixture.js';

describe('parking in memory', () => parkingSuite(() => Promise.resolve(undefined)));

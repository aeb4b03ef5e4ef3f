// The walk itself: it runs in a house of processes too (distributed.int.spec.ts).
import './bad-input.fixture.js';

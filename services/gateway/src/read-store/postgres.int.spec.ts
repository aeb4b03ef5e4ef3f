import { describeWith } from '@ringfence/stack';
import { parkingSuite } from '../projections/parking.fixture.js';
import { emptyDatabase } from './postgres.fixture.js';
import { readStoreSuite } from './read-store.fixture.js';

describeWith(['postgres'], 'the read store on PostgreSQL', ({ postgres }) => {
  readStoreSuite(() => emptyDatabase(postgres.url));
});
describeWith(['postgres'], 'parking on PostgreSQL', ({ postgres }) => {
  parkingSuite(() => emptyDatabase(postgres.url));
});

import { journalSuite } from '@ringfence/journal/suite';
import { describeWith } from '@ringfence/stack';
import { kafkaUnderTest } from './kafka.fixture.js';

describeWith(['kafka'], 'the journal on Kafka', ({ kafka: { brokers } }) => {
  journalSuite('kafka', () => kafkaUnderTest(brokers));
});

import { journalSuite } from '@ringfence/journal/suite';
import { withBrokers } from './brokers.fixture.js';
import { kafkaUnderTest } from './kafka.fixture.js';

withBrokers('the journal on Kafka', (brokers) => {
  journalSuite('kafka', () => kafkaUnderTest(brokers));
});

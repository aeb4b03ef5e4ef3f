export const withBrokers = (title: string, body: (brokers: readonly string[]) => void): void =>
  describe(title, () => body((process.env['LAB_BROKERS'] ?? '').split(',')));

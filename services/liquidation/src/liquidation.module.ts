import { Module, type DynamicModule } from '@nestjs/common';
import {
  liquidationLane,
  standingOf,
  waitingFor,
  type LiquidationState,
} from '@ringfence/domain-liquidation';
import { addressText } from '@ringfence/kernel';
import { hosting, type Gauge, type LaneGround } from '@ringfence/service-kit';

/** Close-outs per bucket; per domain the rounds, insurance, deleveraging and haircuts. */
@Module({})
export class LiquidationModule {
  static on(ground: LaneGround): DynamicModule {
    return { module: LiquidationModule, ...hosting(liquidationLane, ground, { gauges: gaugesOf }) };
  }
}

/**
 * Buckets in trouble by how far it went; the open round of each domain that this lane clears, and
 * the partitions it waits for.
 */
export function gaugesOf(state: LiquidationState): readonly Gauge[] {
  const byStatus = new Map<string, number>();
  for (const closeOut of state.closeOuts.values()) {
    const status = standingOf(state, closeOut);
    byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
  }
  const gauges: Gauge[] = [...byStatus].map(([status, value]) => ({
    name: 'close_outs',
    value,
    labels: { status },
  }));
  for (const [domain, clearing] of state.clearings) {
    const labels = { domain: String(domain) };
    const open = clearing.phase.kind === 'idle' ? 0 : clearing.round;
    gauges.push({ name: 'open_round', value: open, labels });
    for (const address of waitingFor(state, domain)) {
      const waits = { ...labels, lane: addressText(address) };
      gauges.push({ name: 'open_round_waits_for', value: 1, labels: waits });
    }
  }
  return gauges;
}

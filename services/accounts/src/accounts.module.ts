import { Module, type DynamicModule } from '@nestjs/common';
import { accountsLane, balances } from '@ringfence/domain-accounts';
import { hosting, type LaneGround } from '@ringfence/service-kit';
import { InTransit } from './in-transit.js';

/** Who is owed what, behind which wall. */
@Module({})
export class AccountsModule {
  static on(ground: LaneGround): DynamicModule {
    const inTransit = new InTransit();
    const sights = { gauges: inTransit.gauges.bind(inTransit), lines: balances };
    return { module: AccountsModule, ...hosting(accountsLane, ground, sights, [inTransit]) };
  }
}

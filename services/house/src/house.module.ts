import { Module, type DynamicModule } from '@nestjs/common';
import { AccountsModule } from '@ringfence/accounts';
import { CustodyModule } from '@ringfence/custody';
import { GatewayModule, type GatewayConfig } from '@ringfence/gateway';
import { SERVICES } from '@ringfence/kernel';
import { LiquidationModule } from '@ringfence/liquidation';
import { RiskModule } from '@ringfence/risk';
import {
  HealthModule,
  LanesModule,
  MetricsModule,
  ReadyModule,
  type LaneGround,
  type LaneTransport,
} from '@ringfence/service-kit';

/** All services on one ground, and the way in. The only place where they meet. */
@Module({})
export class HouseModule {
  static on(ground: LaneGround, transport: LaneTransport, config: GatewayConfig): DynamicModule {
    const services = [AccountsModule, CustodyModule, RiskModule, LiquidationModule];
    const lanes = LanesModule.of(
      services.map((service) => service.on(ground)),
      SERVICES,
    );
    const gateway = GatewayModule.on({ ground, transport, config });
    const metrics = MetricsModule.on(ground.journal);
    const seen = [HealthModule, ReadyModule.on('known'), metrics];
    return { module: HouseModule, imports: [lanes, ...seen, gateway] };
  }
}

/** Something beside the lanes that an operator should see in `/health`. */
export interface HealthSign {
  readonly name: string;
  readonly look: () => {
    readonly isUp: boolean;
    readonly shown: Readonly<Record<string, unknown>>;
  };
}
/** Something beside the lanes without which a process does not serve; for `/ready`. */
export interface ReadySign {
  readonly name: string;
  /** what is missing; empty when nothing is */
  readonly waitsFor: () => string;
}

/** What a process shows besides its lanes. */
export class HealthSigns {
  readonly all: HealthSign[] = [];
  readonly readiness: ReadySign[] = [];

  join(sign: HealthSign): void {
    this.all.push(sign);
  }
  joinReadiness(sign: ReadySign): void {
    this.readiness.push(sign);
  }
}

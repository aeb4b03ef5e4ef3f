/** Something beside the lanes that an operator should see in `/health`. */
export interface HealthSign {
  readonly name: string;
  readonly look: () => {
    readonly isUp: boolean;
    readonly shown: Readonly<Record<string, unknown>>;
  };
}

/** What a process shows besides its lanes. */
export class HealthSigns {
  readonly all: HealthSign[] = [];

  join(sign: HealthSign): void {
    this.all.push(sign);
  }
}

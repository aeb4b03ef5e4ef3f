/** The running house refused, or cannot be reached. */
export class HouseSaysNo extends Error {
  override readonly name = 'HouseSaysNo';
}

/** What the command line asks of a running house, with an operator's key. */
export class HouseClient {
  readonly #url: string;
  readonly #key: string;

  constructor(url: string | undefined, key: string | undefined) {
    if (!url || !key)
      throw new HouseSaysNo('give --url and --key, or RINGFENCE_URL and RINGFENCE_KEY');
    this.#url = url.replace(/\/$/, '');
    this.#key = key;
  }

  async post(path: string): Promise<object> {
    const headers = { authorization: `Bearer ${this.#key}` };
    const answer = await fetch(this.#url + path, { method: 'POST', headers });
    const text = await answer.text();
    if (!answer.ok) throw new HouseSaysNo(`${answer.status} ${text}`);
    return JSON.parse(text) as object;
  }
}

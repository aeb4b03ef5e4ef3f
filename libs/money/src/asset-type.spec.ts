import { assetKey, assetTypeText, parseAssetType } from './asset-type.js';

const DAI = 'eip155:1/erc20:0x6b175474e89094c44da98b954eedeac495271d0f';

describe('asset types by CAIP-19', () => {
  // examples of the specification
  it.each([
    'eip155:1/slip44:60',
    'bip122:000000000019d6689c085ae165831e93/slip44:0',
    'cosmos:cosmoshub-3/slip44:118',
    'bip122:12a765e31ffd4059bada1e25190f6e98/slip44:2',
    'cosmos:Binance-Chain-Tigris/slip44:714',
    'lip9:9ee11e9df416b18b/slip44:134',
    DAI,
    'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7',
    'eip155:1/erc721:0x06012c8cf97BEaD5deAe237070F9587f8E7A266d',
    'hedera:mainnet/nft:0.0.55492',
  ])('reads %s and writes it back', (text) => {
    const type = parseAssetType(text);
    expect(type && assetTypeText(type)).toBe(text);
  });

  it('names the four parts', () =>
    expect(parseAssetType(DAI)).toEqual({
      chainNamespace: 'eip155',
      chainReference: '1',
      assetNamespace: 'erc20',
      assetReference: '0x6b175474e89094c44da98b954eedeac495271d0f',
    }));

  it.each([
    ['a token id', 'eip155:1/erc721:0x06012c8cf97BEaD5deAe237070F9587f8E7A266d/771769'],
    ['no asset', 'eip155:1'],
    ['no reference', 'eip155:1/slip44:'],
    ['a space before', ` ${DAI}`],
    ['a line after', `${DAI}\n`],
    ['capitals in a namespace', 'EIP155:1/slip44:60'],
    ['a namespace of 2', 'ab:1/slip44:60'],
    ['a namespace of 9', 'abcdefghi:1/slip44:60'],
    ['a chain of 33', `cosmos:${'a'.repeat(33)}/slip44:118`],
    ['a reference of 129', `cosmos:hub/token:${'a'.repeat(129)}`],
    ['a colon too many', 'cosmos:hub/token:a:b'],
    ['a short address', 'eip155:1/erc20:0x6b175474e89094c44da98b954eedeac495271d0'],
    ['a chain with a leading zero', 'eip155:01/slip44:60'],
    ['a coin with a leading zero', 'eip155:1/slip44:060'],
    ['half a genesis hash', 'bip122:000000000019d668/slip44:0'],
    ['homographs', 'cosmos:hub/tоken:a'],
  ])('refuses %s', (_, text) => expect(parseAssetType(text)).toBeUndefined());

  it('takes the longest parts that the grammar has', () => {
    const text = `abcdefgh:${'Z'.repeat(32)}/abcdefgh:${'%.-aZ9'.repeat(21)}ab`;
    expect(parseAssetType(text)).toBeDefined();
  });

  it('knows one asset under two spellings of its address', () => {
    const key = (text: string): string | undefined => {
      const type = parseAssetType(text);
      return type && assetKey(type);
    };
    expect(key(DAI)).toBe(DAI);
    expect(key('eip155:1/erc20:0x6B175474E89094C44Da98b954EedeAC495271d0F')).toBe(DAI);
    const bridged = `cosmos:hub/erc20:0x${'Aa'.repeat(20)}`;
    for (const text of ['cosmos:hub/token:AB', 'eip155:1/token:AB', bridged]) {
      expect(key(text)).toBe(text);
    }
  });
});

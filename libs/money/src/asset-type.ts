/**
 * What an asset is, whichever chain it lives on: chain, kind of asset on it, and which one.
 *
 * The text is case-sensitive and kept as written; `assetKey` says whether two name the same asset.
 */
export interface AssetType {
  /** such as `eip155` or `bip122` */
  readonly chainNamespace: string;
  /** such as `1`, or the first half of a genesis hash */
  readonly chainReference: string;
  /** such as `erc20` or `slip44` */
  readonly assetNamespace: string;
  /** such as a contract's address or a coin's number */
  readonly assetReference: string;
}

const CHAIN = '([-a-z0-9]{3,8}):([-_a-zA-Z0-9]{1,32})';
const ASSET = '([-a-z0-9]{3,8}):([-.%a-zA-Z0-9]{1,128})';
const ASSET_TYPE = new RegExp(`^${CHAIN}/${ASSET}$`);

/** What the namespaces that we know ask of their references; others follow the grammar alone. */
const CHAIN_PROFILES: ReadonlyMap<string, RegExp> = new Map([
  ['eip155', /^[1-9]\d*$/],
  ['bip122', /^[0-9a-f]{32}$/],
]);
const ASSET_PROFILES: ReadonlyMap<string, RegExp> = new Map([
  ['slip44', /^(0|[1-9]\d*)$/],
  ['erc20', /^0x[0-9a-fA-F]{40}$/],
]);

/**
 * Reads a CAIP-19 asset type: `chain_namespace:chain_reference/asset_namespace:asset_reference`.
 *
 * The whole text must fit, so a token id behind it is refused: single tokens margin nothing here.
 *
 * @returns its four parts, or undefined when grammar or namespace profile is not kept
 * @source CAIP-2, CAIP-19, CAIP-20; profiles of eip155 (CAIP-3, CAIP-21) and bip122 (CAIP-4)
 */
export function parseAssetType(text: string): AssetType | undefined {
  const parts = ASSET_TYPE.exec(text);
  if (!parts) return undefined;
  const [, chainNamespace = '', chainReference = '', assetNamespace = '', assetReference = ''] =
    parts;
  const chain = CHAIN_PROFILES.get(chainNamespace);
  if (chain && !chain.test(chainReference)) return undefined;
  const asset = ASSET_PROFILES.get(assetNamespace);
  if (asset && !asset.test(assetReference)) return undefined;
  return { chainNamespace, chainReference, assetNamespace, assetReference };
}

/** The CAIP-19 text of an asset type, as it was read. */
export const assetTypeText = (type: AssetType): string =>
  `${type.chainNamespace}:${type.chainReference}/${type.assetNamespace}:${type.assetReference}`;

/**
 * One text per asset, for the check that none is listed twice: an EVM address means the same in
 * any mixture of capitals (EIP-55), all else is case-sensitive.
 *
 * @source CAIP-19, Canonicalization
 */
export function assetKey(type: AssetType): string {
  const text = assetTypeText(type);
  const isAddress = /^0x[0-9a-fA-F]{40}$/.test(type.assetReference);
  return type.chainNamespace === 'eip155' && isAddress ? text.toLowerCase() : text;
}

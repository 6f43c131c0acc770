/** What public keys sign with; a secret signs with HS256 and nothing else. */
export const ASYMMETRIC_ALGORITHMS = ["RS256", "EdDSA"] as const;
export type AsymmetricAlgorithm = (typeof ASYMMETRIC_ALGORITHMS)[number];

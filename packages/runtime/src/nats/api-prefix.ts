/** Subject prefix of the JetStream API in the account that owns the streams. */
export const CORE_API_PREFIX = "$JS.API";
/** The same in every other account: under the plain name its own, empty JetStream would answer as well (measured.md 2.2). */
export const IMPORTED_API_PREFIX = "JSC.API";

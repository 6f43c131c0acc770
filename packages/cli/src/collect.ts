/** For an option that may be repeated: every value that was given. */
export const collect = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

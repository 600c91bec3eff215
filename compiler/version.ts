// The compiler's version, part of manifests and of the cache's key. Raised with package.json (checked by a test).
/** Version of this package. */
export const compilerVersion = '0.1.0';

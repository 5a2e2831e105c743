/**
 * Deterministic CBOR (RFC 8949 s.4.2.1), the part of it that STOQ uses: integers, byte and text
 * strings, booleans, null, arrays and maps. No floats, no indefinite lengths, no tags but bignums.
 *
 * <pre>{@code
 * byte[] bytes = CborMap.builder().put(1, "index.html").put(2, 1_024L).build().encode();
 * String name = CborMap.decode(bytes).text(1);
 * }</pre>
 */
@Export
@Version("1.0.0")
@NullMarked
package org.stoq.sdk.cbor;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;

/**
 * Bad input: what all fuzz targets share. A target stands in the package of what it feeds, and in
 * {@code targets.properties} with its name.
 *
 * <pre>{@code
 * FuzzTarget.named("cbor").run(new byte[] {(byte) 0xA0});
 * }</pre>
 */
@NullMarked
package org.stoq.fuzz;

import org.jspecify.annotations.NullMarked;

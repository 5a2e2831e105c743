/**
 * The configuration of a node: read from {@code stoq.toml}, checked as a whole, compared, written.
 *
 * <pre>{@code
 * StoqConfig config = ConfigFile.read(Path.of("stoq.toml")).with("server.listen", "[::1]:0");
 * }</pre>
 */
@Export
@Version("1.0.0")
@NullMarked
package org.stoq.config;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;

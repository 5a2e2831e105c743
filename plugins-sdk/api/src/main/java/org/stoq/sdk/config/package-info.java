/**
 * The configuration of a node: one immutable record per table of {@code stoq.toml}.
 *
 * <p>Each record component carries its unit, default, range and whether it can change while the
 * node runs; nothing of that is written down a second time.
 *
 * <pre>{@code
 * CdnConfig cdn = CdnConfig.TABLE.readProperties(properties);
 * }</pre>
 */
@Export
@Version("1.0.0")
@NullMarked
package org.stoq.sdk.config;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;

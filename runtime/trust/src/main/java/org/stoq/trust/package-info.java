/**
 * Who is who: identity keys, certificates, and the development authority that a first start makes.
 *
 * <pre>{@code
 * StoqHome home = StoqHome.ofUser();
 * Certified node = home.node(dataDirectory, List.of("::1"), InstantSource.system());
 * }</pre>
 */
@Export
@Version("1.1.0")
@NullMarked
package org.stoq.trust;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;

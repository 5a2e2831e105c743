/**
 * Signed objects: COSE_Sign1 (RFC 9052 s.4.2) with Ed25519, bound to what they are for.
 *
 * <pre>{@code
 * byte[] signed = CoseSign1.sign(signer, new SigningDomain("content", "manifest"), payload).encoded();
 * }</pre>
 */
@Export
@Version("1.1.0")
@NullMarked
package org.stoq.sdk.cose;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;

package org.stoq.sdk.node;

import org.osgi.annotation.versioning.ProviderType;
import org.stoq.sdk.cose.Signer;

/**
 * The node itself: its id and its signature. An OSGi service that the node provides.
 *
 * <p>The key stays inside; whoever wants something signed names the domain (COSE external_aad), so
 * that a signature given for one purpose is worth nothing for another.
 */
@ProviderType
public interface NodeIdentity extends Signer {}

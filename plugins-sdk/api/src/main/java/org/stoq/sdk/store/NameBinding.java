package org.stoq.sdk.store;

import org.stoq.sdk.Digest;

/**
 * A name and the manifest it stands for.
 *
 * @param name the name
 * @param manifest digest of the manifest
 */
public record NameBinding(String name, Digest manifest) {}

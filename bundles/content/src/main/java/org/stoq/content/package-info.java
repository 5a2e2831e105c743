/**
 * The content network: publishing objects, and getting them from whoever holds them.
 *
 * <p>An object is a name, the signed manifest that the name stands for, and the chunks that the
 * manifest lists. {@link org.stoq.content.ContentAdapter} is the door: one method per call of the
 * {@code content} service. Behind it {@link org.stoq.content.Publisher} turns bytes into chunks and
 * a manifest, {@link org.stoq.content.ObjectReader} turns them back, {@link
 * org.stoq.content.ChunkFetcher} gets what is not here from peers, and {@link
 * org.stoq.content.Catalog} knows which manifest a name stands for.
 */
@NullMarked
package org.stoq.content;

import org.jspecify.annotations.NullMarked;

/** What {@code stoq bench} prints for a person. */
@NullMarked
package org.stoq.cli.bench;

import org.jspecify.annotations.NullMarked;

/** The components of bundles, as their jars describe them, read without a framework. */
@NullMarked
package org.stoq.cli.component;

import org.jspecify.annotations.NullMarked;

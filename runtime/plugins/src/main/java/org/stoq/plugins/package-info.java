/** Watches a folder of plug-ins and decides which are let in. */
@NullMarked
package org.stoq.plugins;

import org.jspecify.annotations.NullMarked;

/**
 * Watches the folder of plug-ins, decides which are let in, and installs, replaces and removes them
 * in the running framework.
 */
@NullMarked
package org.stoq.plugins;

import org.jspecify.annotations.NullMarked;

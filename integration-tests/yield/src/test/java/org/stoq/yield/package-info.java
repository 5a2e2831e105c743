/**
 * Two transfers over one bottleneck, with the real engine and real sockets: what a push that may
 * wait leaves to a download that may not.
 */
@NullMarked
package org.stoq.yield;

import org.jspecify.annotations.NullMarked;

/**
 * The attacker of a measurement: first packets of clients that never finish a handshake, made here
 * and sent from many addresses.
 */
@NullMarked
package org.stoq.bench.flood;

import org.jspecify.annotations.NullMarked;

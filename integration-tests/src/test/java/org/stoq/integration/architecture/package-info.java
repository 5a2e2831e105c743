/** The rules of the house, checked on the classes that are shipped. */
@NullMarked
package org.stoq.integration.architecture;

import org.jspecify.annotations.NullMarked;

/** What {@code stoq doctor} looks at: each check tries the thing itself and says how to mend it. */
@NullMarked
package org.stoq.cli.doctor;

import org.jspecify.annotations.NullMarked;

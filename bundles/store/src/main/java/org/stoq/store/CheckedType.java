package org.stoq.store;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;

/**
 * A type of the index whose values are followed, page by page, by a checksum. The library checks
 * the frame of a page but not its content, and a flipped bit there would send readers to wrong
 * places.
 */
abstract class CheckedType<T> extends BasicDataType<T> {
    @Override
    public final void write(WriteBuffer target, Object storage, int count) {
        int start = target.position();
        super.write(target, storage, count);
        target.putInt(checksum(target.getBuffer(), start, target.position()));
    }

    @Override
    public final void read(ByteBuffer source, Object storage, int count) {
        int start = source.position();
        super.read(source, storage, count);
        if (checksum(source, start, source.position()) != source.getInt()) {
            throw DataUtils.newMVStoreException(
                    DataUtils.ERROR_FILE_CORRUPT, "a page of the index fails its checksum");
        }
    }

    private static int checksum(ByteBuffer bytes, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().limit(to).position(from));
        return (int) crc.getValue();
    }
}

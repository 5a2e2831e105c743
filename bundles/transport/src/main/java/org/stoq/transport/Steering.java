package org.stoq.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.unix.RawUnixChannelOption;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Tells the Linux kernel to choose the socket of a port by the shard in the connection id, where a
 * packet has one that a server has made: the same rule as {@link PacketHeader#shard}, as a classic
 * BPF program. Other packets are spread by their addresses, as without it.
 */
final class Steering {
    private static final System.Logger LOG = System.getLogger(Steering.class.getName());

    private static final int SOL_SOCKET = 1;
    private static final int SO_ATTACH_REUSEPORT_CBPF = 51;

    /** {@code struct sock_fprog} with a 64-bit pointer. */
    private static final int FPROG_BYTES = 16;

    private static final int POINTER_AT = 8;

    private static final RawUnixChannelOption ATTACH =
            new RawUnixChannelOption(
                    "SO_ATTACH_REUSEPORT_CBPF", SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, FPROG_BYTES);

    private static final int LOAD_BYTE = 0x30;
    private static final int AND = 0x54;
    private static final int JUMP_IF_EQUAL = 0x15;
    private static final int JUMP_IF_SET = 0x45;
    private static final int RETURN_VALUE = 0x16;
    private static final int RETURN = 0x06;

    /** Names no socket of the group, so the kernel spreads by addresses. */
    private static final int NO_SOCKET = -1;

    /** One instruction: what, how far to jump if so and if not, the operand. */
    private record Instruction(int code, int ifSo, int ifNot, int operand) {
        static final int BYTES = 8;
    }

    private static final Instruction[] PROGRAM = {
        new Instruction(LOAD_BYTE, 0, 0, 0),
        new Instruction(JUMP_IF_SET, 0, 7, 0x80),
        new Instruction(AND, 0, 0, 0x30),
        new Instruction(JUMP_IF_EQUAL, 0, 2, 0x20),
        new Instruction(LOAD_BYTE, 0, 0, 5),
        new Instruction(JUMP_IF_EQUAL, 1, 0, ConnectionIds.LENGTH),
        new Instruction(RETURN, 0, 0, NO_SOCKET),
        new Instruction(LOAD_BYTE, 0, 0, 6),
        new Instruction(RETURN_VALUE, 0, 0, 0),
        new Instruction(LOAD_BYTE, 0, 0, 1),
        new Instruction(RETURN_VALUE, 0, 0, 0),
    };

    private Steering() {}

    /**
     * Steers the packets of a group of sockets, of which this is one. The group's sockets have the
     * numbers in which they were bound.
     *
     * @return whether the kernel does it
     */
    static boolean attach(Channel anyOfGroup) {
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            return false;
        }
        ByteBuf program = Unpooled.directBuffer(PROGRAM.length * Instruction.BYTES);
        try {
            for (Instruction each : PROGRAM) {
                program.writeShortLE(each.code())
                        .writeByte(each.ifSo())
                        .writeByte(each.ifNot())
                        .writeIntLE(each.operand());
            }
            ByteBuffer pointer =
                    ByteBuffer.allocateDirect(FPROG_BYTES).order(ByteOrder.nativeOrder());
            pointer.putShort(0, (short) PROGRAM.length)
                    .putLong(POINTER_AT, program.memoryAddress());
            // The kernel has copied the program when this returns.
            return anyOfGroup.config().setOption(ATTACH, pointer);
        } catch (RuntimeException e) {
            LOG.log(
                    System.Logger.Level.DEBUG,
                    "the kernel does not steer by connection id; packets are handed over",
                    e);
            return false;
        } finally {
            program.release();
        }
    }
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Framing: one vfio-user message at a time out of a stream socket, however
 * it was cut into pieces, with the descriptors that travel with it.
 */
#ifndef MODEL_VFU_FRAME_H
#define MODEL_VFU_FRAME_H

#include "vfu_proto.h"

struct frame {
	size_t got;		/* bytes of header and payload so far */
	struct vfu_header hdr;
	_Alignas(8) u8 payload[VFU_MAX_PAYLOAD];
	int fd[VFU_MAX_FDS];
	unsigned int nfds;
};

/* Payload bytes of a complete frame. */
static inline u32 frame_len(const struct frame *f)
{
	return f->hdr.size - (u32)sizeof(f->hdr);
}

void frame_init(struct frame *f);

/**
 * frame_receive() - take what the socket has, up to the end of a message
 * @f: frame; filled in over as many calls as it takes
 * @sock: non-blocking stream socket
 *
 * Return: 1 when the message is complete; 0 when the socket has no more for
 * now; -ECONNRESET at the end of the stream; -EPROTO for a header with an
 * impossible size or more than VFU_MAX_FDS descriptors; or the errno of
 * recvmsg(). After an error the stream cannot be used any more.
 */
int frame_receive(struct frame *f, int sock);

/* Take a descriptor out of the frame: the caller owns it. -1 if none left. */
int frame_take_fd(struct frame *f);

/* Forget the message, close what was not taken, be ready for the next. */
void frame_reset(struct frame *f);

#endif

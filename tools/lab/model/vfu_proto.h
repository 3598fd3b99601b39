/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The vfio-user messages that QEMU 11.1.3 sends, as bytes on the socket.
 * Numbers and layouts: QEMU, docs/interop/vfio-user.rst. Structs of the VFIO
 * ioctls (device, region, irq information) come from <linux/vfio.h>.
 */
#ifndef MODEL_VFU_PROTO_H
#define MODEL_VFU_PROTO_H

#include "util.h"

enum vfu_command {
	VFU_VERSION = 1,
	VFU_DMA_MAP = 2,
	VFU_DMA_UNMAP = 3,
	VFU_DEVICE_GET_INFO = 4,
	VFU_DEVICE_GET_REGION_INFO = 5,
	VFU_DEVICE_GET_REGION_IO_FDS = 6,
	VFU_DEVICE_GET_IRQ_INFO = 7,
	VFU_DEVICE_SET_IRQS = 8,
	VFU_REGION_READ = 9,
	VFU_REGION_WRITE = 10,
	VFU_DMA_READ = 11,
	VFU_DMA_WRITE = 12,
	VFU_DEVICE_RESET = 13,
};

#define VFU_FLAG_TYPE		0xfu
#define VFU_FLAG_REPLY		0x1u
#define VFU_FLAG_NO_REPLY	0x10u
#define VFU_FLAG_ERROR		0x20u

struct vfu_header {
	u16 id;
	u16 command;
	u32 size;		/* header included */
	u32 flags;
	u32 error;
};
_Static_assert(sizeof(struct vfu_header) == 16, "vfio-user header");

struct vfu_version {
	u16 major;
	u16 minor;
	char caps[];		/* JSON, NUL-terminated */
};

struct vfu_dma_map {
	u32 argsz;
	u32 flags;		/* GUESTMEM_READ, GUESTMEM_WRITE */
	u64 offset;
	u64 iova;
	u64 size;
};
_Static_assert(sizeof(struct vfu_dma_map) == 32, "vfio-user DMA_MAP");

#define VFU_UNMAP_ALL	2u

struct vfu_dma_unmap {
	u32 argsz;
	u32 flags;
	u64 iova;
	u64 size;
};
_Static_assert(sizeof(struct vfu_dma_unmap) == 24, "vfio-user DMA_UNMAP");

struct vfu_region_rw {
	u64 offset;
	u32 region;
	u32 count;
	u8 data[];
};
_Static_assert(sizeof(struct vfu_region_rw) == 16, "vfio-user REGION_READ");

/* Regions are numbered as by VFIO: 0-5 BARs, 6 ROM, 7 config, 8 VGA. */
#define VFU_REGION_CONFIG	7
#define VFU_NUM_REGIONS		9
#define VFU_NUM_IRQS		5

#define VFU_MAX_FDS	16
#define VFU_MAX_IO	4096	/* bytes of one region access */
#define VFU_MAX_PAYLOAD	(VFU_MAX_IO + sizeof(struct vfu_region_rw))

#endif

"""The alerts in Chinese: cause and remedy by name, as `alerts.py` tells them in English. Pure."""

from __future__ import annotations

CHINESE = {
    "store_down": (
        "Redis 没有应答，或拒绝写入。",
        "请看服务器是否在运行，内存和磁盘是否够用。客户的消息在 Telegram 等候，不会丢失。",
    ),
    "memory_high": (
        "存储已用内存超过 60 %。",
        "请增加内存（`maxmemory`），或缩短保留时间。目前没有丢失任何内容。",
    ),
    "memory_full": (
        "存储已用内存超过 80 %；到 100 % 时将停止接收消息。",
        "请立即增加内存；系统不会为腾出空间而删除内容。",
    ),
    "disk_filling": (
        "写入的磁盘剩余空间不多；磁盘写满后存储会停止。",
        "请清理空间，或把 DATA_DIR 和 FILES_DIR 移到更大的磁盘。",
    ),
    "process_missing": (
        "一个工作中的进程不再上报，也没有别的进程接替它。",
        "请查看它的日志，找出结束的原因，然后重新启动。",
    ),
    "turns_late": (
        "客户的消息等了半分钟以上还没有开始处理。",
        "请看是否有角色为 `turns` 的机器人进程在运行，机器是否过载。可以再启动一个。",
    ),
    "sends_late": (
        "要发出的话等了一分钟以上还没有发出。",
        "请看是否有角色为 `sends` 的机器人进程在运行。发送速度不能超过 Telegram 的限制。",
    ),
    "turns_failing": (
        "处理消息时出现异常；反复失败的消息会被搁置，由人工接手。",
        "请查看机器人日志中的 `turn.failed`，解决其原因。",
    ),
    "records_newer": (
        "较新版本的 Warmline 写入了当前版本无法读取的内容，已暂存。",
        "请重新启动较新的版本，它会自动接着处理暂存的内容。如要继续使用当前版本，请运行 "
        "`python -m handoff repair adopt all`。",
    ),
    "shop_down": (
        "店铺自己的系统没有及时应答；已如实告知客户，并转给人工。",
        "请检查店铺的接口；系统每隔几秒会自动重试。",
    ),
    "products_unwritten": (
        "有商品已售出 48 小时，但没有文章提到它们。",
        "请运行 `python -m handoff kb stale`，再把商品的叫法加到文章的 `products` 中。",
    ),
    "llm_down": (
        "LLM_URL 后面的语言模型出错或太慢；目前全部按规则回答。",
        "请先看详情，再检查地址、LLM_KEY 和 LLM_MODEL；系统会自动重试。客户只是看不到它的措辞，"
        "其他不受影响。不设置 LLM_URL 即为关闭。",
    ),
    "updates_unreadable": (
        "Telegram 发来一条更新，看不出属于哪个会话。",
        "请用 `python -m handoff doctor dead` 查看；后面的更新没有被耽误。",
    ),
    "mail_set_aside": (
        "有一条消息无法读取或处理，已搁置，并由人工接手。",
        "请先在工作台回复客户，再查看死信并解决其原因。",
    ),
    "dead_letters": (
        "有内容被搁置，还没有人查看。",
        "`python -m handoff doctor dead` 会列出它们；请在那里重新处理或丢弃。",
    ),
    "dead_letters_full": (
        "搁置的内容太多，最旧的很快要被移除。",
        "请立即重新处理或丢弃死信：`python -m handoff doctor dead`。",
    ),
    "seeds_broken": (
        "修改后的内容文件有错误；机器人继续使用原来的内容。",
        "请运行 `python -m handoff kb lint`，改正它指出的地方并保存。",
    ),
    "archive_down": (
        "归档数据库没有应答。对话照常进行，尚未归档的内容由存储保留。",
        "请启动数据库，或改正 DATABASE_URL。积压的内容会自动转入。",
    ),
    "archive_old": (
        "归档数据表的结构比当前版本旧。",
        "请运行 `python -m handoff archive migrate`。",
    ),
    "archive_gap": (
        "归档中断的时间超过了事件的保留时间，归档里缺少一部分事件。",
        "聊天记录和工单都是完整的。今后请更留意 `archive_down`。",
    ),
    "chore_failed": (
        "一个后台任务多次重试后仍未完成，它要补充的内容没有补上。",
        "请查看后台任务日志中的 `job.failed`，解决其原因，再运行 `python -m workers again`。"
        "交接资料保持原来的版本。",
    ),
    "chore_lost": (
        "一个后台任务本应运行，但 RQ 里已找不到。已重新放入队列。",
        "这一次无需处理。如果再次出现，请检查 RQ 所在的服务器。",
    ),
    "chore_unknown": (
        "有一项任务，运行中的后台进程不认识，已搁置。",
        "请看所有进程是否为同一版本。`python -m handoff doctor dead` 会显示这项任务。",
    ),
    "worker_deaf": (
        "一个后台进程还在运行却不接任务；已结束它，并启动了新的进程。",
        "这一次无需处理。如果再次出现，请检查它与 Redis 之间的连接。",
    ),
    "track_stuck": (
        "后台任务等了半分钟以上。",
        "请看 `python -m workers` 是否在运行。可以启动它，或再启动一个。",
    ),
    "telegram_conflict": (
        "有别的程序在用同一个令牌向 Telegram 取消息。",
        "请停掉另一个机器人；一个令牌不能两处使用。",
    ),
    "telegram_token": (
        "Telegram 不再接受这个令牌。",
        "请向 @BotFather 取得令牌，设置 BOT_TOKEN，然后重启。",
    ),
    "telegram_unreachable": (
        "Bot API 没有应答。",
        "请检查网络；Telegram 会把消息保留 24 小时。",
    ),
    "telegram_backlog": (
        "Telegram 那里有 50 条以上的更新在等候。",
        "请看机器人是否在运行，存储是否够快，并查看它的日志。",
    ),
    "telegram_webhook": (
        "Telegram 没有接受 webhook 地址。",
        "请检查 BOT_WEBHOOK_URL：必须是 https，并能从外部访问。",
    ),
    "telegram_profile": (
        "命令列表没有设置成功。",
        "没有丢失任何内容；下次启动时会再试。",
    ),
    "telegram_parked": (
        "Telegram 要求我们等待一分钟以上。",
        "要发的话会稍后发出；请调低发送速度。",
    ),
    "chat_migrated": (
        "一个 Telegram 群升级成了超级群，编号变了。",
        "没有丢失任何内容；请把配置中的旧编号换成新编号。",
    ),
    "words_unreadable": (
        "有些要发出的话无法读取，因此没有发出；可能是旧版本写入的。",
        "`python -m handoff doctor CONVERSATION` 会指出是哪些；请在工作台重新发送。",
    ),
    "words_refused": (
        "Telegram 最终拒绝了某些话。会话已转给人工，或仍由人工处理。",
        "请在工作台查看该会话，未送达的话在那里有标记。",
    ),
    "words_unsure": (
        "Telegram 两次都没有告知这些话是否送达，不会再发第三次。",
        "无需处理：机器人的回答会重新决定，客服的话在会话中有标记。",
    ),
    "alerts_untold": (
        "告警没有送到 HANDOFF_ALERT_CHAT_ID 或 HANDOFF_ALERT_WEBHOOK_URL。",
        "请检查编号或地址是否正确；聊天的主人必须先给机器人发过消息。",
    ),
    "nobody_there": (
        "现在是服务时间，有客户在等候，但没有客服在工作台。",
        "请叫一位同事来。",
    ),
}
UNNAMED = ("出现了不寻常的情况。", "请查看这段时间前后的日志。")

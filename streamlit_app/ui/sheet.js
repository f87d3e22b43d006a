// A sheet to draw on: white paper, or a photo to mark. Python gives what it needs and is told every finished stroke; the
// pen, Undo and Clear act here at once, so that no answer of the server can take a stroke away while it is drawn.
//
// data: width, height, margin (pixels around the picture), picture (a URL or null), colour, pen, only_last (of the
// strokes only the last one stays), version, strokes, label, undo, clear (null: no buttons).
// A stroke is { pen, points: [[x, y], …] }, its points counted from the picture's upper left corner.

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector('.sheet')
  root.sheet ??= open(root)
  root.sheet.show(data, strokes => setStateValue('strokes', { version: data.version, list: strokes }))
}

function open(root) {
  const canvas = root.querySelector('canvas')
  const context = canvas.getContext('2d')
  const [undo, clear] = root.querySelectorAll('button')
  const picture = new Image()
  let data = { version: null }
  let strokes = []
  let current = null // the stroke that is being drawn
  let tell = () => {}

  const paint = () => {
    const { width, height, margin } = data
    const sharp = window.devicePixelRatio || 1
    canvas.width = width * sharp
    canvas.height = (height + 2 * margin) * sharp
    context.scale(sharp, sharp)
    context.translate(0, margin)
    if (data.picture && picture.complete) context.drawImage(picture, 0, 0, width, height)
    if (!data.picture) {
      context.fillStyle = '#ffffff'
      context.fillRect(0, 0, width, height)
    }
    context.strokeStyle = data.colour
    context.lineCap = context.lineJoin = 'round'
    for (const { pen, points } of current ? [...strokes, current] : strokes) {
      context.lineWidth = pen
      context.beginPath()
      context.moveTo(...points[0])
      for (const point of points) context.lineTo(...point)
      context.stroke()
    }
    undo.disabled = clear.disabled = strokes.length === 0
  }
  const change = list => {
    strokes = list
    paint()
    tell(strokes)
  }
  const place = event => {
    const box = canvas.getBoundingClientRect()
    const round = value => Math.round(10 * value) / 10
    return [round(event.clientX - box.left), round(event.clientY - box.top - data.margin)]
  }

  canvas.addEventListener('pointerdown', event => {
    if (current || event.button !== 0) return
    canvas.setPointerCapture(event.pointerId) // a stroke may leave the sheet and come back
    if (data.only_last) strokes = []
    current = { id: event.pointerId, pen: data.pen, points: [place(event)] }
    paint()
  })
  canvas.addEventListener('pointermove', event => {
    if (event.pointerId !== current?.id) return
    const between = event.getCoalescedEvents?.() ?? []
    current.points.push(...(between.length ? between : [event]).map(place))
    paint()
  })
  const end = event => {
    if (event.pointerId !== current?.id) return
    const { pen, points } = current
    current = null
    change([...strokes, { pen, points }])
  }
  canvas.addEventListener('pointerup', end)
  canvas.addEventListener('pointercancel', end)
  undo.addEventListener('click', () => change(strokes.slice(0, -1)))
  clear.addEventListener('click', () => change([]))
  picture.addEventListener('load', paint)

  const show = (wanted, tellPython) => {
    const isNew = wanted.version !== data.version
    const isOther = wanted.picture !== data.picture
    data = wanted
    tell = tellPython
    if (isNew) strokes = data.strokes
    if (isOther && data.picture) picture.src = data.picture
    canvas.style.width = `${data.width}px`
    canvas.style.height = `${data.height + 2 * data.margin}px`
    canvas.setAttribute('aria-label', data.label)
    root.querySelector('.buttons').hidden = !data.clear
    undo.textContent = data.undo
    clear.textContent = data.clear
    paint()
  }
  return { show }
}
